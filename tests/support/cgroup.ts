import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Each machine has a control group of its own. Without one, machines that were started from the same group share the tree that
// nspawn makes below it, and each one's systemd counts the processes of the others as its own. The group is also the only handle
// on a whole machine: what nspawn booted runs on when nspawn is killed. Each boot has a new one, since newer kernels also kill what
// is later born into a group that was killed once.

/** The unified tree: the whole of /sys/fs/cgroup, or a part of it beside the older kind. */
function tree(): string | undefined {
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  return mounts.map((line) => line.split(" ")).find(([, , type]) => type === "cgroup2")?.[1];
}

export function groupsUnavailable(): string | undefined {
  return tree() === undefined ? "machines need control groups of version 2" : undefined;
}

/** The group of a machine; whoever writes a pid to its cgroup.procs moves that process into it. */
export function groupDir(number: number): string {
  return join(tree() ?? "/sys/fs/cgroup", `site-release-${number}`);
}

export function addGroup(number: number): void {
  mkdirSync(groupDir(number));
}

/** Kills the machine itself at once; nspawn notices and ends too. */
export function killPayload(number: number): void {
  const all = join(groupDir(number), "payload", "cgroup.kill");
  if (existsSync(all)) writeFileSync(all, "1");
}

/** Kills whatever there is in the group and removes it, in the older tree that nspawn fills beside it too. */
export function removeGroup(number: number): void {
  const dir = groupDir(number);
  if (existsSync(dir)) writeFileSync(join(dir, "cgroup.kill"), "1");
  for (const group of [dir, join("/sys/fs/cgroup/systemd", `site-release-${number}`)]) {
    for (const end = Date.now() + 5000; existsSync(group); pause(10)) {
      if (Date.now() > end) throw new Error(`${group}: not gone after 5 s`);
      removeEmpty(group);
    }
  }
}

function removeEmpty(group: string): void {
  // A group with processes on their way out refuses: it is asked again.
  spawnSync("find", [group, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"]);
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
