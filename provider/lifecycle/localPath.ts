import { homedir } from "node:os";
import { resolve } from "node:path";
import type { Connection, Endpoint, Local } from "../transport/connection.ts";
import type { PlaceInputs } from "./shapes.ts";

/** A path of this machine, made absolute where it is used; the state keeps it as it was given. */
export function localPath(given: string): string {
  // The engine starts us in the program's directory.
  return resolve(given.replace(/^~(?=\/|$)/, homedir()));
}

/** How the host is reached, with the paths of this machine. */
export function hostOf({ connection }: PlaceInputs): Connection | Local {
  if (connection === undefined) return { local: true };
  const { proxy, ...login } = connection;
  return { ...withPaths(login), ...(proxy === undefined ? {} : { proxy: withPaths(proxy) }) };
}

function withPaths(login: Endpoint): Endpoint {
  const { privateKeyPath, agentSocketPath } = login;
  return {
    ...login,
    ...(privateKeyPath === undefined ? {} : { privateKeyPath: localPath(privateKeyPath) }),
    ...(agentSocketPath === undefined ? {} : { agentSocketPath: localPath(agentSocketPath) }),
  };
}
