import { spawn } from "node:child_process";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { SiteReleaseError } from "../../provider/errors.ts";
import type { Address, Exit, Session, Transport } from "../../provider/transport/transport.ts";

/** This machine as a host: commands run in /bin/sh, connections are made by this process. */
export function localTransport(user: string = userInfo().username): Transport {
  return { host: "this host", user, hostKey: undefined, start: (command) => start(user, command), connect: open };
}

async function start(user: string, command: string): Promise<Session> {
  const as = user === userInfo().username ? [] : ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--init-groups"];
  const [file = "", ...args] = [...as, "/bin/sh", "-c", command];
  const child = spawn(file, args, { stdio: "pipe" });
  const ended = new Promise<Exit>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, close: () => child.kill() };
}

function open(address: Address): ReturnType<Transport["connect"]> {
  return new Promise((resolve, reject) => {
    const socket = "socket" in address ? connect(address.socket) : connect(address.port, address.host);
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
