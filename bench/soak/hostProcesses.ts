import { readFileSync } from "node:fs";
import type { Machine } from "../../tests/support/machine.ts";

// How transport/script.ts starts every script of ours. What it forks has the same words; it itself leads its session (sshd's session.c).
const SCRIPT = /^\/bin\/sh -c LC_ALL=C; export LC_ALL; s=/;
const NGINX = /^nginx: (master|worker) process/;

/** The pid of the script that runs on a machine, which is its process group too. */
export function scriptOn(machine: Machine): number | undefined {
  return machine.processes(SCRIPT).find((pid) => groupOf(pid) === pid);
}

/** nginx's master and workers. */
export function nginxOn(machine: Machine): number[] {
  return machine.processes(NGINX);
}

// What a killed script leaves behind it may still come to nginx.
const LEFT = /sudo --non-interactive|systemctl reload|nginx -t/;

/** Whether nothing of ours is at work on it. */
export function isAtRest(machine: Machine): boolean {
  return scriptOn(machine) === undefined && machine.processes(LEFT).length === 0;
}

function groupOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return undefined; // it has ended
  }
}

export function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended by itself
  }
}
