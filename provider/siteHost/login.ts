import { readFileSync } from "node:fs";
import { Faults } from "../lifecycle/fields.ts";
import { localPath } from "../lifecycle/localPath.ts";
import { connection as connectionShape } from "../lifecycle/shapes.ts";
import type { Connection, Endpoint } from "../transport/connection.ts";
import { parseHostKey } from "../transport/hostKey.ts";
import { unfit } from "./plan.ts";

/** One end as `@pulumi/command` has it: a key is a text, never a path. */
export type CommandEndpoint = Omit<Endpoint, "privateKeyPath">;
export interface CommandConnection extends CommandEndpoint {
  readonly proxy?: CommandEndpoint;
}

/** The connection of a SiteHost, all values known; throws what is wrong with it. */
export function checkedConnection(given: unknown): Connection {
  const connection = parsed(given);
  requireHostKey("connection", connection);
  if (connection.proxy !== undefined) requireHostKey("connection.proxy", connection.proxy);
  return connection;
}

function parsed(given: unknown): Connection {
  try {
    return connectionShape.parse(given, "connection");
  } catch (error) {
    if (!(error instanceof Faults)) throw error;
    throw unfit(error.message);
  }
}

// Without it @pulumi/command would take any key; with an RSA one it asks for SHA-1 only, which no sshd of today does.
function requireHostKey(at: string, { hostKey, host }: Endpoint): void {
  const advice = `the line that "ssh-keyscan -t ed25519 ${host}" shows behind the name, once it is compared with the host's own`;
  if (hostKey === undefined) throw unfit(`${at}.hostKey is missing: it is ${advice}`);
  if (parseHostKey(hostKey)?.type === "ssh-rsa") throw unfit(`${at}.hostKey is of the type ssh-rsa; give ${advice}`);
}

/** The connection for `@pulumi/command`, with the text of key files. */
export function commandConnection({ proxy, ...login }: Connection): CommandConnection {
  return {
    ...commandEndpoint("connection", login),
    ...(proxy === undefined ? {} : { proxy: commandEndpoint("connection.proxy", proxy) }),
  };
}

function commandEndpoint(at: string, { privateKeyPath, ...login }: Endpoint): CommandEndpoint {
  if (privateKeyPath === undefined || login.privateKey !== undefined) return login;
  try {
    return { ...login, privateKey: readFileSync(localPath(privateKeyPath), "utf8") };
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : "it cannot be read";
    throw unfit(`${at}.privateKeyPath is ${privateKeyPath}, and there is no such key on this machine (${why})`);
  }
}

/** The connection of the deploy user: the same way with the same keys, as another user, and without the login's own password. */
export function deployConnection({ password: _password, ...connection }: Connection, user: string): Connection {
  return { ...connection, user };
}
