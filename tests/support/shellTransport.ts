import { type ChildProcess, spawn } from "node:child_process";
import { delimiter } from "node:path";
import { Writable } from "node:stream";
import type { Exit, Session, Transport } from "../../provider/transport/transport.ts";

/** How the scripts are run. */
export interface ShellOptions {
  /** What takes the place of /bin/sh, as in "busybox sh" or "bash --posix"; by default /bin/sh itself. */
  readonly shell?: string;
  /** A directory whose programs come first on PATH. */
  readonly programs?: string;
  /** The login shell that sshd would start, and the home that its start-up files lie in; by default /bin/sh, and none. */
  readonly login?: { readonly argv: readonly string[]; readonly home: string };
  /** Whether the script leads a process group, as a command of sshd's does. @default false */
  readonly detached?: boolean;
  /** The user that runs them, when the tests run as root. */
  readonly uid?: number;
  /** That user's group. @default uid */
  readonly gid?: number;
  /** Called with every process that is started. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the real scripts on this machine, by whatever shell a test names. */
export function shellTransport(options: ShellOptions = {}): Transport {
  const { shell = "/bin/sh", programs, login, detached = false, uid, gid = uid, onStart } = options;
  return {
    host: "this host",
    user: process.env.USER ?? "",
    hostKey: undefined,
    start: (command) => {
      const path = [...(programs === undefined ? [] : [programs]), process.env.PATH ?? ""].join(delimiter);
      const [program = "", ...words] = login?.argv ?? ["/bin/sh", "-c"];
      // bash reads .bashrc where sshd has started it (Debian's SSH_SOURCE_BASHRC), and is no inner shell.
      const { SHLVL: _inner, ...env } = process.env;
      const sshd = login === undefined ? {} : { HOME: login.home, SSH_CLIENT: "198.18.0.1 2 22" };
      const child = spawn(program, [...words, command.replace("exec /bin/sh -c", `exec ${shell} -c`)], {
        env: { ...env, PATH: path, ...sshd },
        detached,
        stdio: ["pipe", "pipe", "pipe"],
        ...(uid !== undefined && { uid, gid }),
      });
      onStart?.(child);
      return Promise.resolve(sessionOf(child));
    },
    connect: () => Promise.reject(new Error("these tests make no connections")),
  };
}

/** The same transport, but the client is gone after it has written `bytes` to a session. */
export function cutAfter(transport: Transport, bytes: number): Transport {
  return {
    ...transport,
    start: async (command) => {
      const session = await transport.start(command);
      let left = bytes;
      const stdin = new Writable({
        write(chunk: Buffer, _encoding, done): void {
          const part = chunk.subarray(0, left);
          left -= part.length;
          session.stdin.write(part, () => {
            if (left > 0) done();
            else {
              session.stdin.destroy();
              stdin.destroy();
            }
          });
        },
        final: (done) => void session.stdin.end(done),
      });
      stdin.on("error", () => {});
      session.stdin.on("close", () => stdin.destroy());
      return { ...session, stdin };
    },
  };
}

function sessionOf(child: ChildProcess): Session {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error("the child has no pipes");
  const ended = new Promise<Exit>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
  const close = (): void => {
    stdin.destroy();
    stdout.destroy();
    stderr.destroy();
  };
  return { stdin, stdout, stderr, ended, close };
}
