import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";

// As it was when this process began: tests and benches give the package a cache of their own, and these are kept for all of them.
const home = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");

/** A place where what takes minutes to make is kept, for every clone of this repository; tools/setup/places.mjs names the same directory. */
export function cachePlace(...names: readonly string[]): string {
  return join(home, "pulumi-site-release", ...names);
}

/** The end of a name that changes with what the thing is made by. */
export function madeBy(recipe: string | Buffer): string {
  return createHash("sha256").update(recipe).digest("hex").slice(0, 12);
}
