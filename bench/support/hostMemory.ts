import { readFileSync } from "node:fs";
import { environmentOf } from "../../tests/support/daemon.ts";
import { family } from "../../tests/support/processes.ts";
import type { Sandbox } from "../../tests/support/sandbox.ts";
import { peakIn } from "./peak.ts";

const EVERY = 100;

/** The largest of some processes. */
export interface Largest {
  readonly name: string;
  /** The most memory that it had, in bytes. */
  readonly peak: number;
}

/** Looks ten times a second at the processes that a sandbox's sessions start while `work` is done, and gives the largest. */
export async function watchMemory<T>(
  { dir }: Sandbox,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly largest: Largest }> {
  const processes = () => family([], environmentOf(dir)).map(({ pid }) => pid);
  const servers = new Set(processes());
  let largest: Largest = { name: "", peak: 0 };
  const look = (): void => {
    for (const pid of processes()) {
      if (servers.has(pid)) continue;
      const status = statusOf(pid);
      const peak = peakIn(status);
      if (peak > largest.peak) largest = { name: /^Name:\s*(.*)$/m.exec(status)?.[1] ?? "", peak };
    }
  };
  const timer = setInterval(look, EVERY);
  try {
    const value = await work();
    return { value, largest };
  } finally {
    clearInterval(timer);
  }
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "latin1");
  } catch {
    return ""; // it has ended
  }
}
