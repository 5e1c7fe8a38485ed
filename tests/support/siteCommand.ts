import { join } from "node:path";
import { type Result, run } from "./command.ts";
import { ROOT } from "./paths.ts";
import type { Sandbox } from "./sandbox.ts";

/** Runs the package's own command line, as the build left it. */
export function siteCommand(...words: readonly string[]): Promise<Result> {
  return run(process.execPath, [join(ROOT, "dist/provider/cli/main.js"), ...words]);
}

/** The words that name a sandbox's site over SSH. */
export function siteWords({ connection, deployPath, nginx }: Sandbox): string[] {
  const { host, user, port, privateKeyPath, hostKey } = connection;
  const login = ["--port", `${port}`, "--identity", privateKeyPath, "--host-key", hostKey];
  return [`${user}@${host}:${deployPath}`, ...login, "--pid-file", nginx.pidFile, "--conf-dir", nginx.confDir];
}
