import { readFileSync } from "node:fs";
import { must } from "../../tests/support/command.ts";

/**
 * The most memory that a process has had so far, in bytes, by proc(5). Not getrusage's maxrss, which a process inherits from the one that
 * started it (Linux keeps it over exec).
 */
export function peakOf(pid: number | "self"): number {
  return peakIn(readFileSync(`/proc/${pid}/status`, "latin1"));
}

/** The same by the text of a process's status; a process that has ended has no memory. */
export function peakIn(status: string): number {
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** What Node.js itself takes, for a script that does nothing. */
export function emptyPeak(): number {
  return peakIn(must(process.execPath, "--print", "fs.readFileSync('/proc/self/status', 'latin1')"));
}
