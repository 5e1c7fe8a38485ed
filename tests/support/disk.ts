import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { must } from "./command.ts";
import type { Image } from "./image.ts";

// A machine's disk is a layer of its own in memory above the image: it outlives a power cut, and its size can be small.
const place = "/run/pulumi-site-release/disks";

/** Where everything of a machine's disk lies on this host, and its console. */
export function diskDir(number: number): string {
  return join(place, String(number));
}

/** Where the disk is seen from this host. */
export function diskRoot(number: number): string {
  return join(diskDir(number), "root");
}

export function addDisk(number: number, image: Image, megabytes: number): void {
  const layer = join(diskDir(number), "layer");
  const root = diskRoot(number);
  for (const dir of [layer, root]) mkdirSync(dir, { recursive: true });
  must("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=0755`, "site-release", layer);
  const [upper, work] = [join(layer, "upper"), join(layer, "work")];
  for (const dir of [upper, work]) mkdirSync(dir);
  must(
    "mount",
    "-t",
    "overlay",
    "-o",
    `lowerdir=${image.root},upperdir=${upper},workdir=${work}`,
    "site-release",
    root,
  );
}

/** Removes what there is of it. */
export function removeDisk(number: number): void {
  const dir = diskDir(number);
  for (const name of ["root", "layer"]) {
    const mounted = readFileSync("/proc/mounts", "utf8").includes(` ${join(dir, name)} `);
    // Lazily: the last process of a machine that lost power may still be on its way out.
    if (mounted) must("umount", "--lazy", join(dir, name));
  }
  rmSync(dir, { recursive: true, force: true });
}

/** Whether this kernel and these rights allow such a disk. */
export function disksUnavailable(): string | undefined {
  return spawnSync("grep", ["-qw", "overlay", "/proc/filesystems"]).status === 0 ? undefined : "no overlay file system";
}
