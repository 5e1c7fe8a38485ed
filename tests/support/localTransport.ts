import { spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { userInfo } from "node:os";
import { SiteReleaseError } from "../../provider/errors.ts";
import type { Address, Exit, Session, Transport } from "../../provider/transport/transport.ts";

/** This machine as a host; as root, what it does there can be done as another user. */
export function localTransport(user: string = userInfo().username): Transport {
  const connect = (address: Address): ReturnType<Transport["connect"]> => open(user, address);
  return { host: "this host", user, hostKey: undefined, start: (command) => start(user, command), connect };
}

async function start(user: string, command: string): Promise<Session> {
  const as = user === userInfo().username ? [] : ["runuser", "-u", user, "--"];
  const [file = "", ...args] = [...as, "/bin/sh", "-c", command];
  const child = spawn(file, args, { stdio: "pipe" });
  const ended = new Promise<Exit>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, close: () => child.kill() };
}

function open(user: string, address: Address): ReturnType<Transport["connect"]> {
  return new Promise((resolve, reject) => {
    const dial = (): Socket =>
      "socket" in address ? connect(address.socket) : connect({ port: address.port, host: address.host });
    const socket = user === userInfo().username ? dial() : as(user, dial);
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error) => {
      const code = "code" in error ? String(error.code) : "";
      const reasons: Readonly<Record<string, string>> = { EACCES: "connect-forbidden", ENOENT: "connect-absent" };
      reject(
        new SiteReleaseError(reasons[code] ?? "connect-refused", {
          action: "connect",
          host: "this host",
          observed: error.message,
        }),
      );
    });
  });
}

/** The kernel asks for the right to a socket while connect(2) runs, which Node calls at once. */
function as<T>(user: string, dial: () => T): T {
  process.seteuid?.(user);
  try {
    return dial();
  } finally {
    process.seteuid?.(0);
  }
}
