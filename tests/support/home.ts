import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Login } from "./debian.ts";
import { atEnd } from "./ending.ts";

/** A home directory of our own with an empty ~/.ssh and no agent, until `restore`. */
export function emptyHome(): { readonly ssh: string; restore(): void } {
  const { HOME, SSH_AUTH_SOCK } = process.env;
  const home = mkdtempSync(join(tmpdir(), "site-release-home-"));
  const ssh = join(home, ".ssh");
  mkdirSync(ssh, { mode: 0o700 });
  process.env.HOME = home;
  delete process.env.SSH_AUTH_SOCK;
  return {
    ssh,
    restore: () => {
      if (HOME === undefined) delete process.env.HOME;
      else process.env.HOME = HOME;
      if (SSH_AUTH_SOCK !== undefined) process.env.SSH_AUTH_SOCK = SSH_AUTH_SOCK;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A home directory of a person who has a login's key in ~/.ssh and knows its host. */
export function homeOf({ host, hostKey, privateKeyPath }: Login): { readonly path: string; close(): void } {
  const path = mkdtempSync(join(tmpdir(), "site-release-home-"));
  const close = atEnd(() => rmSync(path, { recursive: true, force: true }));
  const ssh = join(path, ".ssh");
  mkdirSync(ssh, { mode: 0o700 });
  copyFileSync(privateKeyPath, join(ssh, "id_ed25519"));
  writeFileSync(join(ssh, "known_hosts"), `${host} ${hostKey}\n`);
  return { path, close };
}
