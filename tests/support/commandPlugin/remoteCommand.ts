import { text } from "node:stream/consumers";
import { Client, type ClientChannel, type ConnectConfig } from "ssh2";
import type { CommandConnection, CommandEndpoint } from "../../../provider/siteHost/login.ts";

/** The inputs of a remote.Command, those that SiteHost uses. */
export interface CommandInputs {
  readonly connection: CommandConnection;
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly stdin?: string;
  readonly triggers?: readonly unknown[];
}

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command over a connection of its own; fails as the plugin does (remote/commandOutputs.go). */
export async function runRemote(inputs: CommandInputs, command: string): Promise<Said> {
  const { proxy, ...target } = inputs.connection;
  const clients: Client[] = [];
  try {
    let sock: ConnectConfig["sock"];
    if (proxy !== undefined) {
      const jump = await dial(proxy);
      clients.push(jump);
      sock = await new Promise<ClientChannel>((resolve, reject) => {
        jump.forwardOut("127.0.0.1", 0, target.host, target.port ?? 22, (error, channel) =>
          error ? reject(error) : resolve(channel),
        );
      });
    }
    const client = await dial(target, sock);
    clients.push(client);
    return await execute(client, command, inputs.stdin ?? "");
  } finally {
    for (const client of clients) client.end();
  }
}

async function dial(endpoint: CommandEndpoint, sock?: ConnectConfig["sock"]): Promise<Client> {
  const limit = endpoint.dialErrorLimit ?? 10;
  for (let failures = 0; ; ) {
    try {
      return await dialOnce(endpoint, sock);
    } catch (error) {
      failures += 1;
      if (limit !== -1 && failures > limit)
        throw new Error(`after ${failures - 1} failed attempts: ${error instanceof Error ? error.message : error}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function dialOnce(endpoint: CommandEndpoint, sock: ConnectConfig["sock"]): Promise<Client> {
  const {
    host,
    port = 22,
    user = "root",
    password,
    privateKey,
    privateKeyPassword,
    hostKey,
    perDialTimeout,
  } = endpoint;
  const [type, blob] = hostKey?.split(" ") ?? [];
  const agent = endpoint.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  const config: ConnectConfig = {
    ...{ host, port, username: user, readyTimeout: (perDialTimeout ?? 15) * 1000 },
    ...(sock !== undefined && { sock }),
    ...(password !== undefined && { password }),
    ...(privateKey !== undefined && { privateKey }),
    ...(privateKeyPassword !== undefined && { passphrase: privateKeyPassword }),
    ...(agent !== undefined && { agent }),
    ...(blob !== undefined && { hostVerifier: (key: Buffer) => key.equals(Buffer.from(blob, "base64")) }),
    ...(type !== undefined && { algorithms: { serverHostKey: [type as "ssh-ed25519"] } }),
  };
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client));
    client.once("error", reject);
    client.connect(config);
  });
}

async function execute(client: Client, command: string, stdin: string): Promise<Said> {
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec(command, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const ended = new Promise<number | undefined>((resolve) => {
    channel.on("exit", (code: number | null) => resolve(code ?? undefined));
    channel.on("close", () => resolve(undefined));
  });
  channel.end(stdin);
  const [stdout, stderr, code] = await Promise.all([text(channel), text(channel.stderr), ended]);
  if (code !== 0)
    throw new Error(`Process exited with status ${code}: running ${JSON.stringify(command)}:\n${stdout}${stderr}`);
  return { stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") };
}
