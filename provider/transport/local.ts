import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { homedir, userInfo } from "node:os";
import type { Duplex } from "node:stream";
import { SiteReleaseError } from "../errors.ts";
import { output } from "./channel.ts";
import type { Address, Exit, Session, Transport } from "./transport.ts";

const NEVER_LOST = new AbortController().signal;

/** This machine itself: commands run under /bin/sh, with a login's environment and not this process's. */
export function localTransport(): Transport {
  const user = loginName();
  return { host: "this host", user, hostKey: undefined, start: (command) => start(command, user), connect };
}

async function start(command: string, user: string): Promise<Session> {
  const child = spawn("/bin/sh", ["-c", command], {
    cwd: "/",
    // Pulumi's own secrets are in our environment.
    env: {
      PATH: process.env.PATH,
      HOME: homedir(),
      USER: user,
      LOGNAME: user,
      SHELL: "/bin/sh",
      LANG: process.env.LANG,
    },
    // Its own group: Pulumi kills a whole group when it is stopped hard, and the script must live to restore.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  await once(child, "spawn");
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => {}); // the command's end says it
  const { stdin } = child;
  // Node throws away what nobody has read when a command ends (child_process, flushStdio): these keep it.
  const [stdout, stderr] = [output(child.stdout, NEVER_LOST), output(child.stderr, NEVER_LOST)];
  const closed = new AbortController();
  return {
    stdin,
    stdout,
    stderr,
    ended: ending(child, closed.signal),
    close: () => {
      for (const stream of [child.stdin, child.stdout, child.stderr, stdout, stderr]) stream.destroy();
      child.unref();
      closed.abort();
    },
  };
}

function ending(child: ChildProcess, closed: AbortSignal): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
    closed.addEventListener("abort", () => resolve({ code: undefined, signal: undefined }), { once: true });
  });
}

async function connect(address: Address): Promise<Duplex> {
  const socket = connectSocket("socket" in address ? { path: address.socket } : { ...address, noDelay: true });
  try {
    await once(socket, "connect");
  } catch (error) {
    throw refused(address, error);
  }
  socket.on("error", () => {}); // whoever reads or writes is told
  return socket;
}

const REFUSALS: Readonly<Record<string, { readonly reason: string; readonly observed: string }>> = {
  ECONNREFUSED: { reason: "connect-refused", observed: "nothing listens there" },
  EACCES: { reason: "connect-forbidden", observed: "this user may not write to it" },
  EPERM: { reason: "connect-forbidden", observed: "this user may not write to it" },
  ENOENT: { reason: "connect-absent", observed: "it does not exist" },
  ENOTFOUND: { reason: "connect-absent", observed: "its name is not known here" },
  EAI_AGAIN: { reason: "connect-refused", observed: "its name could not be looked up" },
  ETIMEDOUT: { reason: "connect-refused", observed: "it does not answer" },
};

function refused(address: Address, error: unknown): SiteReleaseError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const { reason, observed } = REFUSALS[code] ?? {
    reason: "connect-refused",
    observed: `the connection failed (${code})`,
  };
  const place = "socket" in address ? address.socket : `${address.host}:${address.port}`;
  return new SiteReleaseError(reason, { action: `reach ${place}`, host: "this host", observed }, { cause: error });
}

/** Who this process runs as. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown"); // containers run as ids without a name
  }
}
