import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../../tests/support/ending.ts";
import { processOf } from "../../tests/support/processes.ts";
import { type Sandbox, startSandbox } from "../../tests/support/sandbox.ts";
import { toEnd } from "./toEnd.ts";

/** Where a file system in memory is, on Linux. */
const MEMORY = "/dev/shm";

/**
 * Runs one bench. All of it lies in memory where there is a file system there: what is put on hosts in `dir`, the hosts, and a cache of
 * digests of its own. It is gone at the end, whatever that is.
 */
export function bench(measure: (dir: string) => Promise<void>): void {
  const dir = temporaryIn(existsSync(MEMORY) ? MEMORY : tmpdir());
  process.env.TMPDIR = dir;
  process.env.XDG_CACHE_HOME = join(dir, "cache");
  toEnd(measure(dir));
}

const prefix = "site-release-bench";

/** Makes a directory that goes at the end of this process, and removes those that killed ones left. */
function temporaryIn(place: string): string {
  for (const name of readdirSync(place)) {
    const pid = new RegExp(`^${prefix}-(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && processOf(Number(pid)) === undefined) rmSync(join(place, name), { recursive: true });
  }
  const dir = mkdtempSync(join(place, `${prefix}-${process.pid}-`));
  atEnd(() => rmSync(dir, { recursive: true, force: true }));
  chmodSync(dir, 0o755); // a sandbox in it may have a user of its own
  return dir;
}

/** Refuses to measure where there is not so much room, in bytes: files in memory and processes take it from the same. */
export function needRoom(bytes: number): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  const room = Math.min(bavail * bsize, freemem());
  const [needed, there] = [bytes, room].map((size) => (size / 1e9).toFixed(1));
  if (room < bytes) throw new Error(`this needs ${needed} GB of memory and room in ${tmpdir()}; there is ${there} GB`);
}

/** Lends a host, which ends with `use`. It lies beside everything else, or in another place. */
export async function withSandbox<T>(use: (sandbox: Sandbox) => Promise<T>, place?: string): Promise<T> {
  const { TMPDIR } = process.env;
  if (place !== undefined) process.env.TMPDIR = temporaryIn(place);
  const sandbox = await startSandbox();
  if (TMPDIR !== undefined) process.env.TMPDIR = TMPDIR;
  try {
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}
