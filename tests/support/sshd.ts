import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Connection } from "../../provider/transport/connection.ts";

/** A real OpenSSH server of our own on a free loopback port. */
export interface Sshd {
  readonly port: number;
  /** Everything of it lies here. */
  readonly dir: string;
  /** Its public host key lines, in the order asked for. */
  readonly hostKeys: readonly string[];
  /** The file of a private key that may log in. */
  readonly keyFile: string;
  /** Connects with that key and the first host key. */
  readonly connection: Connection;
  /** What it has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Lines of sshd_config that come first and so win. */
  readonly config?: readonly string[];
  readonly hostKeyTypes?: readonly ("ed25519" | "ecdsa" | "rsa")[];
  /** Stands before the key in authorized_keys, as in "restrict". */
  readonly keyOptions?: string;
}

const SSHD = "/usr/sbin/sshd";

/** Why no sshd can run here; false when one can. */
export function sshdMissing(): string | false {
  try {
    accessSync(SSHD, constants.X_OK);
    return false;
  } catch {
    return `${SSHD} is not installed`;
  }
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const dir = mkdtempSync(join(tmpdir(), "site-release-sshd-"));
  const types = options.hostKeyTypes ?? ["ed25519"];
  const hostKeys = types.map((type) => makeKey(join(dir, `host_${type}`), type));
  const keyFile = join(dir, "login");
  const publicKey = makeKey(keyFile, "ed25519");
  writeFileSync(join(dir, "authorized_keys"), `${options.keyOptions ?? ""} ${publicKey}\n`.trimStart());
  const port = await freePort();
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true }); // sshd wants it when root starts it
  const config = [
    ...(options.config ?? []),
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    ...types.map((type) => `HostKey ${dir}/host_${type}`),
    `AuthorizedKeysFile ${dir}/authorized_keys`,
    `PidFile ${dir}/pid`,
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "LogLevel VERBOSE",
  ];
  writeFileSync(join(dir, "config"), `${config.join("\n")}\n`);

  const child = spawn(SSHD, ["-D", "-e", "-f", join(dir, "config")], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  let log = "";
  const listening = new Promise<void>((resolve, reject) => {
    createInterface(child.stderr).on("line", (line) => {
      log += `${line}\n`;
      if (line.includes("Server listening on")) resolve();
    });
    ended.then(() => reject(new Error(`sshd ended: ${log}`)), reject);
  });
  const stop = async (): Promise<void> => {
    // sshd gives each connection a process in a session of its own, which outlives it.
    const connections = childrenOf(child.pid);
    child.kill("SIGTERM");
    await ended;
    for (const pid of connections) end(pid);
    child.stderr.destroy();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await listening;
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  const connection: Connection = {
    host: "127.0.0.1",
    port,
    user: userInfo().username,
    privateKeyPath: keyFile,
    hostKey: hostKeys[0] ?? "",
    dialErrorLimit: 1,
  };
  return { port, dir, hostKeys, keyFile, connection, log: () => log, stop };
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error; // it has ended by itself
  }
}

function childrenOf(pid: number | undefined): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number) : [];
}

/** Makes a key without a passphrase, or with one; returns its public line without comment. */
export function makeKey(file: string, type: "ed25519" | "ecdsa" | "rsa", passphrase = ""): string {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "", "-f", file]);
  return readFileSync(`${file}.pub`, "utf8").trim();
}

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
