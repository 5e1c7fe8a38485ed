import { lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { processOf } from "./processes.ts";

// A claim is a symbolic link: made in one step, with its owner as what it points at.
const place = "/run/pulumi-site-release";

/** Claims `name` for this process among all processes of this system; false when a living one has it. */
export function claim(name: string): boolean {
  mkdirSync(place, { recursive: true, mode: 0o755 });
  try {
    symlinkSync(`${process.pid}:${processOf(process.pid)?.start}`, join(place, name));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

export function unclaim(name: string): void {
  unlinkSync(join(place, name));
}

/** Hands every claim whose process has ended to `clean`, one process at a time, and frees it then. */
export function sweep(clean: (name: string) => void): void {
  if (orphaned("sweep")) unclaim("sweep");
  if (!claim("sweep")) return; // somebody else is at it
  try {
    for (const name of readdirSync(place)) {
      if (name === "sweep" || !orphaned(name)) continue;
      clean(name);
      unclaim(name);
    }
  } finally {
    unclaim("sweep");
  }
}

function orphaned(name: string): boolean {
  try {
    if (!lstatSync(join(place, name)).isSymbolicLink()) return false;
    const [pid, start] = readlinkSync(join(place, name)).split(":");
    return processOf(Number(pid))?.start !== start;
  } catch {
    return false; // it was freed meanwhile, or never claimed
  }
}
