import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The processes of this system (Linux): pid, parent and start time, which tells a process from a later one of the same pid. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly start: string;
}

export function processOf(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may hold anything, so fields are counted after its end; a zombie has ended.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : { pid, parent: Number(fields[1]), start: fields[19] ?? "" };
  } catch {
    return undefined; // it has ended
  }
}

export function allProcesses(): Process[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : []));
}

/** Those below `roots`, and those whose environment at their start held `variable` ("NAME=value"), with the roots themselves. */
export function family(roots: readonly number[], variable: string): Process[] {
  const all = allProcesses();
  const found = new Set(roots);
  for (const { pid } of all) if (startedWith(pid, variable)) found.add(pid);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid) && pid !== process.pid);
}

function startedWith(pid: number, variable: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(variable);
  } catch {
    return false; // another user's, or ended
  }
}

/** Whether some process has the file at `path` open, of those that may be looked at. */
export function isOpen(path: string): boolean {
  const filesOf = (pid: number) => orNone(() => readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`));
  return allProcesses().some(({ pid }) => filesOf(pid).some((file) => orNone(() => [readlinkSync(file)])[0] === path));
}

/** Nothing of a process that is another user's, or has ended. */
function orNone(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
