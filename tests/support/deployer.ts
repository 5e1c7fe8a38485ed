import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command.ts";
import type { Machine } from "./debian.ts";
import { atEnd } from "./ending.ts";
import { page } from "./machineSite.ts";
import { ROOT } from "./paths.ts";

/** Deployer on the site of one machine: a site of one page, with `storage` and `.env` shared, and keep_releases -1. */
export interface Deployer {
  /** deploy:prepare: makes and fills a release, and holds the lock. */
  prepare(release: string, php?: string): Promise<void>;
  /** deploy:publish: moves `current` to the release that was prepared, and unlocks. */
  publish(): Promise<void>;
  /** deploy:unlock, which a person runs when nobody published. */
  unlock(): Promise<void>;
  /** deploy:cleanup: removes all but the newest that Deployer made. */
  cleanup(keep: number): Promise<void>;
  close(): void;
}

const ours = join(ROOT, "tests/support/deployer");

/** A script of our own that does the same to the directory. */
export async function deployerByScript(machine: Machine): Promise<Deployer> {
  const at = "/tmp/deployer.sh";
  await machine.writeFile(at, readFileSync(join(ours, "deployer.sh"), "utf8"));
  const task = async (words: string, stdin?: string) => {
    const { code, stderr } = await machine.deploy(`sh ${at} ${machine.deployPath} ${words}`, stdin);
    if (code !== 0) throw new Error(`deployer.sh ${words}: exit code ${code}: ${stderr}`);
  };
  return {
    prepare: (release, php = page(release)) => task(`prepare ${release}`, php),
    publish: () => task("publish"),
    unlock: () => task("unlock"),
    cleanup: (keep) => task(`cleanup ${keep}`),
    close: () => {},
  };
}

const dep = process.env.DEP ?? "dep";

/** Why Deployer itself cannot run here: the reason for which its tests are skipped. Where `DEP` names one it has to run. */
export function depUnavailable(): string | undefined {
  if (process.env.DEP !== undefined) return undefined;
  const { stdout } = spawnSync(dep, ["--version"], { encoding: "utf8" });
  return /^Deployer \d/.test(stdout ?? "") ? undefined : "no Deployer: dep is not on PATH, and DEP names none";
}

/** Deployer itself, with the recipe of examples/from-deployer. */
export function deployerItself(machine: Machine): Deployer {
  const dir = mkdtempSync(join(tmpdir(), "deployer-"));
  const close = atEnd(() => rmSync(dir, { recursive: true, force: true }));
  const build = join(dir, "build/public");
  mkdirSync(build, { recursive: true });
  const { host, user, hostKey, privateKeyPath } = machine.connection;
  writeFileSync(join(dir, "known_hosts"), `${host} ${hostKey}\n`);
  const config = [
    "Host web1.example.com",
    `HostName ${host}`,
    `User ${user}`,
    `IdentityFile "${privateKeyPath}"`,
    "IdentitiesOnly yes",
    `UserKnownHostsFile "${join(dir, "known_hosts")}"`,
    "StrictHostKeyChecking yes",
    "BatchMode yes",
  ];
  writeFileSync(join(dir, "ssh_config"), `${config.join("\n")}\n`);
  const env = [
    "CI=true", // whose name stands in the lock and the log is then "ci"
    `RECIPE=${join(ROOT, "examples/from-deployer/deploy.php")}`,
    `SSH_CONFIG=${join(dir, "ssh_config")}`,
    `DEPLOY_PATH=${machine.deployPath}`,
    `BUILD=${join(dir, "build")}`,
  ];
  const task = async (...words: string[]) => {
    const { code, stdout, stderr } = await run("env", [...env, dep, "-f", join(ours, "deploy.php"), ...words]);
    if (code !== 0) throw new Error(`dep ${words.join(" ")}: exit code ${code}: ${stdout}${stderr}`);
  };
  return {
    prepare: async (release, php = page(release)) => {
      writeFileSync(join(build, "index.php"), php);
      await task("deploy", "-o", `release_name=${release}`);
    },
    publish: () => task("deploy:publish"),
    unlock: () => task("deploy:unlock"),
    cleanup: (keep) => task("deploy:cleanup", "-o", `keep_releases=${keep}`),
    close,
  };
}
