import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { groupDir } from "./cgroup.ts";
import { diskDir, diskRoot } from "./disk.ts";
import { linkOf } from "./link.ts";

/** What the machine wrote to its console since it was started. */
export function consoleOf(number: number): string {
  return readFileSync(join(diskDir(number), "console"), "utf8");
}

/** Boots the machine's disk with systemd as its first process. */
export function startNspawn(name: string, number: number): ChildProcess {
  const log = openSync(join(diskDir(number), "console"), "w");
  const nspawn = [
    ...[
      "systemd-nspawn",
      "--boot",
      `--directory=${diskRoot(number)}`,
      `--machine=${name}-${number}`,
      `--hostname=${name}`,
    ],
    ...["--register=no", "--keep-unit", "--resolv-conf=off", "--timezone=off", "--link-journal=no"],
    `--network-namespace-path=/run/netns/${linkOf(number).namespace}`,
  ];
  const enterGroup = `echo $$ >'${groupDir(number)}/cgroup.procs' && exec "$@"`;
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "sh", "-c", enterGroup, "sh", ...nspawn], {
    stdio: ["ignore", log, log],
    // In a session of its own: Ctrl-C is for the tests, which then end their machines themselves.
    detached: true,
    // Newer systemds refuse the older tree, every one here accepts this.
    env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
  });
  closeSync(log);
  child.unref(); // a test that failed before it closed its machine still comes to its end, which closes it
  return child;
}

/** The machine's first process, as this host sees it. */
export function initOf(nspawn: ChildProcess): number | undefined {
  try {
    const child = readFileSync(`/proc/${nspawn.pid}/task/${nspawn.pid}/children`, "utf8").trim();
    // Until systemd runs, nspawn's own children prepare its place.
    return readFileSync(`/proc/${child}/comm`, "utf8") === "systemd\n" ? Number(child) : undefined;
  } catch {
    return undefined;
  }
}
