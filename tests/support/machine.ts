import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { groupsUnavailable, removeGroup } from "./cgroup.ts";
import { claim, sweep, unclaim } from "./claim.ts";
import { must } from "./command.ts";
import { Machine } from "./debian.ts";
import { addDisk, diskRoot, disksUnavailable, removeDisk } from "./disk.ts";
import { atEnd } from "./ending.ts";
import { type Image, imageOf, isBuilt, type Suite } from "./image.ts";
import { addLink, isFree, removeLink } from "./link.ts";

export type { Machine } from "./debian.ts";
export { type Suite, suites } from "./image.ts";

export interface MachineOptions {
  readonly suite: Suite;
  /**
   * The site's include at boot. "placeholder": it is there and nginx runs. "missing": nginx fails to start. "unread": it is missing too, and
   * nginx runs with a server block that does not name it; the one on disk does, as an administrator leaves it before the first switch.
   * @default "placeholder"
   */
  readonly include?: "placeholder" | "missing" | "unread";
  /** Whether deploy may talk to the pool's socket. @default true */
  readonly poolGroup?: boolean;
  /** The disk's free space in megabytes, taken from memory as it is used. @default 1024 */
  readonly diskSize?: number;
}

const claimed = "machine";
const block = "etc/nginx/sites-available/example.com";

/** Why machines cannot run here: the reason for which their tests are skipped. */
export function machinesUnavailable(): string | undefined {
  if (process.platform !== "linux") return "machines need Linux";
  if (process.getuid?.() !== 0) return "machines need root";
  for (const tool of ["systemd-nspawn", "nsenter", "setpriv"])
    if (spawnSync(tool, ["--version"]).error !== undefined) return `machines need ${tool}`;
  return groupsUnavailable() ?? disksUnavailable();
}

/** Boots a machine that serves example.com. Its name becomes its host name. */
export function startMachine(name: string, options: MachineOptions): Promise<Machine> {
  const { suite, include = "placeholder", poolGroup = true, diskSize = 1024 } = options;
  return start(name, imageOf(suite), diskSize, async (machine, disk) => {
    if (!poolGroup) must("chroot", disk, "gpasswd", "--delete", "deploy", "www-data");
    if (include === "placeholder") writePlaceholder(disk, machine);
    const whole = readFileSync(join(disk, block), "utf8");
    if (include === "unread") writeFileSync(join(disk, block), "server { listen 80; server_name example.com; }\n");
    await machine.boot();
    if (include === "unread") await machine.writeFile(`/${block}`, whole);
    const php = /php[\d.]+-fpm/.exec(machine.pool);
    await machine.must(
      `systemctl is-active ssh.service ${php}.service ${include === "missing" ? "" : "nginx.service"}`,
    );
  });
}

/** Boots a machine that has nothing but sshd, which lets in root, and apt's packages. */
export function startBareMachine(name: string, suite: Suite): Promise<Machine> {
  return start(name, imageOf(suite, "bare"), 1024, (machine) => machine.boot());
}

async function start(
  name: string,
  image: Image,
  diskSize: number,
  boot: (machine: Machine, disk: string) => Promise<void>,
): Promise<Machine> {
  if (!isBuilt(image)) throw new Error(`no image ${basename(image.dir)}; node tools/run.mjs test builds it`);
  sweep((leftover) => remove(Number(leftover.slice(claimed.length))));
  const number = claimNumber();
  const undo = atEnd(() => {
    remove(number);
    unclaim(`${claimed}${number}`);
  });
  try {
    addLink(number);
    addDisk(number, image, diskSize);
    const disk = diskRoot(number);
    const machine = new Machine(name, number, image, undo);
    // A host that does not know its own name makes each sudo wait for DNS.
    writeFileSync(join(disk, "etc/hostname"), `${name}\n`);
    writeFileSync(join(disk, "etc/hosts"), `127.0.0.1 localhost\n127.0.1.1 ${name}\n`);
    await boot(machine, disk);
    return machine;
  } catch (error) {
    undo();
    throw error;
  }
}

function writePlaceholder(disk: string, { deployPath, includePath }: Machine): void {
  const empty = `${deployPath}/.site-release/empty`;
  mkdirSync(join(disk, empty), { recursive: true });
  writeFileSync(join(disk, includePath), `set $root_dir ${empty};\n`);
  must("chroot", disk, "chown", "--recursive", "deploy:deploy", deployPath);
}

function claimNumber(): number {
  for (let number = 1; number < 255; number++) if (isFree(number) && claim(`${claimed}${number}`)) return number;
  throw new Error("254 machines run already");
}

function remove(number: number): void {
  removeGroup(number);
  removeLink(number);
  removeDisk(number);
}
