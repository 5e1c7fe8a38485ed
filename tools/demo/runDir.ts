import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atEnd } from "../../tests/support/ending.ts";
import { processOf } from "../../tests/support/processes.ts";

/** Takes the directory of a run for this process, empty, and removes it at the end. Only one demo at a time runs in a checkout. */
export function takeRunDir(dir: string): void {
  const holder = join(dir, "process");
  const self = nameOf(process.pid);
  const other = read(holder);
  if (other !== undefined && other === nameOf(Number.parseInt(other, 10))) {
    throw new Error(`Another demo runs in this directory, as process ${Number.parseInt(other, 10)}: end it first`);
  }
  rmSync(dir, { recursive: true, force: true }); // what a killed demo left
  mkdirSync(dir);
  writeFileSync(holder, self);
  atEnd(() => rmSync(dir, { recursive: true, force: true }));
}

/** The pid and the time it was given: a pid alone may be somebody else's by now. */
function nameOf(pid: number): string {
  return `${pid} started ${processOf(pid)?.start}`;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
