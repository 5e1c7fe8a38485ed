import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter } from "node:path";
import { which } from "./places.mjs";
import { quietly, say } from "./step.mjs";

// What each purpose needs, and the packages of Debian and Ubuntu that have it.
const programs = {
  sandbox: {
    nginx: "nginx-light",
    "php-fpm": "php-fpm",
    php: "php-cli",
    sshd: "openssh-server",
    ssh: "openssh-client",
    flock: "util-linux",
    openssl: "openssl",
    busybox: "busybox",
    setfacl: "acl",
  },
  machine: {
    debootstrap: "debootstrap",
    "systemd-nspawn": "systemd-container",
    ip: "iproute2",
  },
  lint: { shellcheck: "shellcheck" },
  bench: { rsync: "rsync", zstd: "zstd" },
};
const also = { machine: ["debian-archive-keyring"] };

// What some hosts' users log in with: the tests of what is not there say so.
const loginShells = ["fish", "tcsh", "zsh"];

const isRoot = process.getuid?.() === 0;

/** Installs the programs of a purpose that are not there; where that cannot be done, says what to install. */
export async function installServers(purpose) {
  // Without root there are no machines, and their tests say so.
  if (purpose === "machine" && (!isRoot || process.platform !== "linux")) return;
  const missing = Object.keys(programs[purpose]).filter((program) => !isThere(program));
  if (missing.length > 0)
    await install(missing, [...missing.map((program) => programs[purpose][program]), ...(also[purpose] ?? [])]);
  if (purpose === "sandbox" && isRoot) {
    await makeAccount();
    await tryShells();
  }
}

async function tryShells() {
  const missing = loginShells.filter((shell) => which(shell) === undefined);
  if (missing.length === 0 || which("apt-get") === undefined) return;
  try {
    await install(missing, missing);
  } catch {
    say(`  without ${missing.join(", ")}: the tests that need them are skipped`);
  }
}

function isThere(program) {
  // Debian has PHP's version in the name.
  return which(program) !== undefined || (program === "php-fpm" && process.env.PATH.split(delimiter).some(hasPhpFpm));
}

function hasPhpFpm(dir) {
  return existsSync(dir) && readdirSync(dir).some((name) => /^php-fpm[\d.]+$/.test(name));
}

async function install(missing, packages) {
  const command = `apt-get install ${packages.join(" ")}`;
  if (!isRoot || which("apt-get") === undefined)
    throw new Error(`missing: ${missing.join(", ")}. On Debian and Ubuntu: sudo ${command}`);
  say(`installing ${packages.join(", ")} (apt-get, under a minute)...`);
  // Nothing is started and what runs is left alone: systemctl does nothing then (systemd.io/ENVIRONMENT).
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", SYSTEMD_OFFLINE: "1" } };
  await quietly("apt-get", ["update"], options);
  await quietly("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], options);
  if (hasServices(packages))
    say("  the services of these packages were not started; the next boot of this machine would start them");
}

function hasServices(packages) {
  return packages.some((name) => ["nginx-light", "php-fpm", "openssh-server"].includes(name));
}

// The same name as in tests/support/account.ts, which says why it is needed.
const account = "site-release-sandbox";

async function makeAccount() {
  if (spawnSync("id", ["--user", account]).status === 0) return;
  say(`making the account ${account}, as which the sandbox runs when root starts it (userdel removes it)...`);
  await quietly("useradd", ["--system", "--no-create-home", "--home-dir", "/", "--shell", "/bin/sh", account]);
}
