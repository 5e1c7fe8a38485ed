import { userInfo } from "node:os";
import { SiteReleaseError } from "../errors.ts";
import type { Connection, ConnectionNames, EndpointNames } from "../transport/connection.ts";
import { localTransport } from "../transport/local.ts";
import { openSsh } from "../transport/openSsh.ts";
import type { Transport } from "../transport/transport.ts";
import type { Where } from "./request.ts";

// A password and a key's text have no option: command lines are everybody's to read (ps).
const OPTIONS: EndpointNames = {
  host: "the host's name (~/.ssh/config is not read)",
  port: "--port",
  user: "the name before the @",
  password: "the password",
  privateKey: "--identity",
  privateKeyPath: "--identity",
  hostKey: "--host-key",
};

const NAMES: ConnectionNames = {
  target: OPTIONS,
  proxy: { ...OPTIONS, host: "--jump's host (~/.ssh/config is not read)", port: "its port", user: "--jump's user" },
};

/** Lends the connection to the machine that is asked, and closes it. */
export async function withHost<T>(where: Where, use: (transport: Transport) => Promise<T>): Promise<T> {
  if (where === "local") return use(localTransport());
  const transport = await openSsh(connectionOf(where), () => {}, NAMES);
  try {
    return await use(transport);
  } finally {
    transport.close();
  }
}

/** A person who waits wants one attempt, and its error. */
function connectionOf({ host, user, port, identity, hostKey, jump }: Exclude<Where, "local">): Connection {
  const login = {
    dialErrorLimit: 1,
    ...(identity !== undefined && { privateKeyPath: identity }),
  };
  return {
    host,
    user: user ?? nameHere(),
    ...login,
    ...(port !== undefined && { port }),
    ...(hostKey !== undefined && { hostKey }),
    ...(jump !== undefined && { proxy: { ...login, ...jump, user: jump.user ?? nameHere() } }),
  };
}

/** As ssh takes it; resources log in as root instead. */
function nameHere(): string {
  try {
    return userInfo().username;
  } catch {
    throw new SiteReleaseError("no-login-name", {
      action: "log in",
      observed: "this process's user has no name",
      next: "Name one: user@host:/deployPath",
    });
  }
}
