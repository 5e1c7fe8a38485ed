import { readdir, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

const KEPT = 30 * 24 * 3600 * 1000;

/** One of this package's directories under the user's cache directory. What lies in it only saves time. */
export function cacheDir(name: "digests" | "manifests"): string {
  const base = process.env.XDG_CACHE_HOME ?? "";
  return join(isAbsolute(base) ? base : join(homedir(), ".cache"), "pulumi-site-release", name);
}

/** Each version may be a source of its own: what nothing wrote for a month goes. */
export async function forgetOld(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    if ((await stat(path)).mtimeMs < Date.now() - KEPT) await rm(path, { force: true });
  }
}
