// The only file that knows ssh2.
import { setMaxListeners } from "node:events";
import type { Duplex } from "node:stream";
import { type AnyAuthMethod, Client, type ParsedKey, utils } from "ssh2";
import { SiteReleaseError } from "../errors.ts";
import { type Channel, ChannelRefused } from "./channel.ts";
import { type Hop, hopName } from "./connection.ts";
import { type Credential, findCredentials } from "./credentials.ts";
import { socketFailure, tooLate, Unreachable } from "./dial.ts";
import { hostKeyFromBlob, hostKeyLine } from "./hostKey.ts";
import { distrust, type HostTrust, hostKeyAlgorithms } from "./hostTrust.ts";
import { type Attempt, Login } from "./login.ts";
import type { Address } from "./transport.ts";

type SshCredential = Credential<ParsedKey>;

/** A logged-in connection. */
export interface Link {
  /** The host's key as a line, without comment. */
  readonly hostKey: string;
  /** Aborts, with the error for users as its reason, when the connection has ended. */
  readonly lost: AbortSignal;
  exec(command: string): Promise<Channel>;
  forward(address: Address): Promise<Channel>;
  end(): void;
}

/** How long the host may take to decide whether it lets us in: PAM and directory services are slow at times. */
const LOGIN_SECONDS = 60;
/** How long it may take to begin a session: PAM again. A connection of its own has the time of whoever asks for it. */
const SESSION_SECONDS = 120;
/** A link is given up when nothing was heard through this many questions, this many seconds apart. */
const SILENT_BEATS = 3;
const BEAT_SECONDS = 5;
/** How long the host may take to close a connection that we have ended. */
const GOODBYE_SECONDS = 2;

/** Everything to log in with, read and parsed before any host is asked. */
export function sshCredentials(hop: Hop): SshCredential[] {
  return findCredentials<ParsedKey>(hop, (text, passphrase) => {
    const key = utils.parseKey(text, passphrase);
    if (key instanceof Error || key.isPrivateKey()) return key;
    return new Error("a public key");
  });
}

/** Recognises the host, logs in, and keeps watch. Throws Unreachable while another attempt may do better. */
export function logIn(
  socket: Duplex,
  hop: Hop,
  trust: HostTrust,
  credentials: readonly SshCredential[],
  deadline: AbortSignal,
): Promise<Link> {
  const client = new Client();
  const attempts = credentials.flatMap((credential) => attemptsOf(hop.user, credential));
  const login = new Login(hop, attempts);
  let hostKey = "";
  let recognised = false;
  let loginTimer: NodeJS.Timeout | undefined;

  return new Promise<Link>((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(loginTimer);
      deadline.removeEventListener("abort", giveUp);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
      socket.destroy();
    };
    const giveUp = (): void => fail(tooLate(hop));
    deadline.addEventListener("abort", giveUp, { once: true });
    if (deadline.aborted) return giveUp();

    client.on("error", (error) => {
      if (error.level === "agent") login.failed();
      // Errors at this level are of one credential, the next is tried: the end of all of them is told by `login`.
      else if (error.level === "client-authentication") return;
      else if (recognised) fail(login.cutShort(error.message));
      else if (error.level === "client-socket") fail(socketFailure(error));
      else if (/before handshake/.test(error.message))
        fail(new Unreachable("it closed the connection before it said who it is", true));
      else fail(new Unreachable(`it does not speak SSH with us: ${error.message}`, false));
    });
    client.once("close", () => {
      if (recognised) fail(login.cutShort("the host closed the connection"));
      else fail(new Unreachable("it closed the connection during the handshake", true));
    });
    client.once("handshake", () => {
      recognised = true;
      settle();
      loginTimer = setTimeout(
        () => fail(login.cutShort(`no decision within ${LOGIN_SECONDS} s`)),
        LOGIN_SECONDS * 1000,
      );
    });
    client.once("change password", () => fail(login.cutShort("the password has expired")));
    client.once("ready", () => {
      settle();
      resolve(watch(client, socket, hop, hostKey));
    });

    client.connect({
      sock: socket,
      username: hop.user,
      readyTimeout: 0,
      keepaliveInterval: 0,
      // Forwarding to sockets is tried on every server: the answer of one that cannot is a refused channel.
      strictVendor: false,
      algorithms: { serverHostKey: hostKeyAlgorithms(trust) },
      hostVerifier: (blob: Buffer) => {
        const key = hostKeyFromBlob(blob);
        const doubt = key === undefined ? new Unreachable("it shows no host key", false) : distrust(hop, trust, key);
        if (doubt !== undefined) fail(doubt);
        else if (key !== undefined) hostKey = hostKeyLine(key);
        return doubt === undefined;
      },
      authHandler: (left, partial, next) => {
        const method = login.next(left, partial);
        if (method === undefined) fail(login.refused(left));
        else next(method);
      },
    });
  });
}

function attemptsOf(username: string, credential: SshCredential): Attempt<AnyAuthMethod>[] {
  return methodsOf(username, credential).map((method) => ({ source: credential.source, method }));
}

function methodsOf(username: string, credential: SshCredential): AnyAuthMethod[] {
  if (credential.kind === "key") return [{ type: "publickey", username, key: credential.key }];
  if (credential.kind === "agent") return [{ type: "agent", username, agent: credential.socket }];
  const { password } = credential;
  let asked = false;
  return [
    { type: "password", username, password },
    {
      type: "keyboard-interactive",
      username,
      // The password answers the first hidden question only: a second one is for something that we do not have.
      prompt: (_name, _instructions, _language, prompts, finish) =>
        finish(
          prompts.map(({ echo }) => {
            const answer = echo || asked ? "" : password;
            asked ||= !echo;
            return answer;
          }),
        ),
    },
  ];
}

function watch(client: Client, socket: Duplex, hop: Hop, hostKey: string): Link {
  const loss = new AbortController();
  setMaxListeners(0, loss.signal);
  const lose = (observed: string): void => {
    clearInterval(beat);
    loss.abort(
      new SiteReleaseError("connection-lost", {
        action: "keep the connection",
        host: hopName(hop),
        observed,
        next: "Run it again: what was under way on the host has ended or restored itself",
      }),
    );
  };
  // ssh2's own keepalive cannot be made to let an idle process end. A forwarding that was never asked for is taken back instead:
  // every server answers, and whatever else it sends in the meantime counts too (a slow line is busy with an upload).
  let silent = 0;
  socket.on("data", () => {
    silent = 0;
  });
  const beat = setInterval(() => {
    if (silent >= SILENT_BEATS) {
      lose(`nothing was heard for ${SILENT_BEATS * BEAT_SECONDS} s`);
      socket.destroy();
    } else if (socket.writable) client.unforwardIn("127.0.0.1", 1, () => {});
    silent++;
  }, BEAT_SECONDS * 1000);
  beat.unref();
  client.removeAllListeners("close").removeAllListeners("error");
  client.on("error", (error) => {
    lose(error.message);
    socket.destroy();
  });
  client.once("close", () => lose("the host closed it"));

  type Done = (error: Error | undefined, channel: Channel) => void;
  const open = (ask: (done: Done) => void): Promise<Channel> =>
    new Promise((resolve, reject) => {
      // ssh2 throws for a socket that has ended but is not closed yet.
      if (!socket.writable) lose("the host closed it");
      loss.signal.throwIfAborted();
      ask((error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(loss.signal.aborted ? loss.signal.reason : refusal(error));
      });
    });
  return {
    hostKey,
    lost: loss.signal,
    exec: (command) =>
      inTime(
        open((done) => client.exec(command, done)),
        hop,
      ),
    forward: (address) =>
      open((done) =>
        "socket" in address
          ? client.openssh_forwardOutStreamLocal(address.socket, done)
          : client.forwardOut("127.0.0.1", 0, address.host, address.port, done),
      ),
    end: () => {
      client.end();
      lose("it was closed here");
      setTimeout(() => socket.destroy(), GOODBYE_SECONDS * 1000).unref();
    },
  };
}

async function inTime(opening: Promise<Channel>, hop: Hop): Promise<Channel> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      opening.then((channel) => channel.close()).catch(() => {}); // it may still come
      reject(sessionLate(hop));
    }, SESSION_SECONDS * 1000);
  });
  return Promise.race([opening, late]).finally(() => clearTimeout(timer));
}

function sessionLate(hop: Hop): SiteReleaseError {
  return new SiteReleaseError("session-late", {
    action: "begin a session",
    host: hopName(hop),
    observed: `sshd has not answered for ${SESSION_SECONDS} s, though the connection lives`,
    next: "See what hangs there: a PAM module, a home directory on a network file system, the login shell",
  });
}

function refusal(error: Error): ChannelRefused {
  const code = "reason" in error && typeof error.reason === "number" ? error.reason : undefined;
  return new ChannelRefused(error.message.replace("(SSH) Channel open failure: ", ""), code);
}
