import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import { inspectRelease } from "../../provider/release/inspect.ts";
import type { ReleasePlan } from "../../provider/release/plan.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { ownCache, planFor, smallSite, temporaryDir, writeTree } from "../support/releaseTree.ts";
import { type ShellOptions, shellTransport } from "../support/shellTransport.ts";

ownCache();

const tree = {
  ...smallSite,
  "var/cache/a file": "1",
  "var/cache/tool": { executable: "#!/bin/sh\n" },
  "var/x -y": { dir: true },
} as const;
const acl = { skip: spawnSync("setfacl", ["--version"]).status !== 0 && "setfacl is not installed" };
const isRoot = process.getuid?.() === 0;

function start(
  t: TestContext,
  further: Partial<ReleasePlan>,
): { deployPath: string; plan: ReleasePlan; source: string } {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), tree);
  return { deployPath: join(dir, "site"), source, plan: planFor(join(dir, "site"), { source, ...further }) };
}

function stage(plan: ReleasePlan, options?: ShellOptions) {
  return stageRelease(shellTransport(options), plan, () => {});
}

function modes(dir: string, ...paths: string[]): string[] {
  return paths.map((path) => `${path} ${(statSync(join(dir, path)).mode & 0o7777).toString(8)}`);
}

/** The entries of a path's ACL that name a user. */
function granted(path: string): string[] {
  const said = execFileSync("getfacl", ["-c", "-p", "-n", path], { encoding: "utf8" });
  return said.split("\n").filter((line) => /user:\d/.test(line));
}

const nobody = execFileSync("id", ["-u", "nobody"], { encoding: "utf8" }).trim();
const me = String(process.getuid?.());

function busybox(dir: string): ShellOptions {
  mkdirSync(dir);
  execFileSync("busybox", ["--install", "-s", dir]);
  return { shell: "busybox sh", programs: dir };
}

for (const name of ["GNU's programs", "BusyBox"])
  test(`writable directories get their mode, what is in them too, and nothing else, by ${name}`, async (t) => {
    const { deployPath, plan, source } = start(t, {
      writableDirs: ["var", "storage/logs", "new/one"],
      sharedDirs: ["storage", "var/log"],
      writableMode: "2775",
    });
    const options = name === "BusyBox" ? busybox(join(deployPath, "../programs")) : undefined;
    const { releaseDir, releaseDigest } = await stage(plan, options);
    assert.deepEqual(
      modes(releaseDir, "var", "var/cache", "var/x -y", "var/cache/a file", "var/cache/tool", "new/one"),
      ["var 2775", "var/cache 2775", "var/x -y 2775", "var/cache/a file 664", "var/cache/tool 2775", "new/one 2775"],
    );
    assert.deepEqual(modes(releaseDir, "public", "public/index.php", "bin/console", "new"), [
      "public 755",
      "public/index.php 444",
      "bin/console 555",
      "new 755",
    ]);
    assert.deepEqual(modes(join(deployPath, "shared"), "storage", "storage/logs", "var/log"), [
      "storage 755",
      "storage/logs 2775",
      "var/log 2775",
    ]);
    assert.equal(releaseDigest, (await digestSource(source, plan)).digest);
    assert.equal((await inspectRelease(shellTransport(), { deployPath, version: "1" })).state, "complete");
  });

test("writable directories are granted by ACL, what is made in them later too", acl, async (t) => {
  const { deployPath, plan } = start(t, {
    writableDirs: ["var/cache", "storage"],
    sharedDirs: ["storage"],
    writableUser: "nobody",
  });
  writeTree(join(deployPath, "shared"), { "storage/old": "1" });
  const { releaseDir } = await stage(plan);
  const entries = [`user:${me}:rwx`, `user:${nobody}:rwx`].sort();
  const defaults = entries.map((entry) => `default:${entry}`);
  for (const dir of [join(releaseDir, "var/cache"), join(deployPath, "shared/storage")])
    assert.deepEqual(granted(dir).sort(), [...defaults, ...entries], dir);
  for (const file of [join(releaseDir, "var/cache/a file"), join(deployPath, "shared/storage/old")])
    assert.deepEqual(granted(file).sort(), [`user:${me}:rw-`, `user:${nobody}:rw-`].sort(), file);
  assert.deepEqual([granted(releaseDir), granted(join(releaseDir, "var"))], [[], []]);
  writeFileSync(join(releaseDir, "var/cache/later"), "");
  assert.match(granted(join(releaseDir, "var/cache/later")).join(), new RegExp(`user:${nobody}:rwx`));
  if (isRoot) {
    const asNobody = (...words: string[]) => execFileSync("setpriv", ["--reuid=nobody", "--clear-groups", ...words]);
    asNobody("touch", join(releaseDir, "var/cache/by php"), join(releaseDir, "storage/by php"));
    asNobody("tee", "-a", join(releaseDir, "var/cache/a file"), join(releaseDir, "storage/old"));
    assert.throws(() => asNobody("touch", join(releaseDir, "public/by php")));
  }
  assert.equal((await inspectRelease(shellTransport(), { deployPath, version: "1" })).state, "complete");
});

test("a file with another name outside is not granted", acl, async (t) => {
  const { deployPath, plan } = start(t, { writableDirs: ["storage"], sharedDirs: ["storage"], writableUser: "nobody" });
  writeTree(join(deployPath, "shared"), { "storage/linked": "1" });
  linkSync(join(deployPath, "shared/storage/linked"), join(deployPath, "other"));
  await stage(plan);
  assert.deepEqual(granted(join(deployPath, "other")), []);
});

test("nothing is granted to the login itself", async (t) => {
  const user = execFileSync("id", ["-un"], { encoding: "utf8" }).trim();
  const { plan } = start(t, { writableDirs: ["var/cache", "tmp"], writableUser: user });
  const { releaseDir } = await stage(plan);
  assert.deepEqual(modes(releaseDir, "var/cache", "tmp"), ["var/cache 755", "tmp 755"]);
});

test("a user that the host lacks is named before anything is sent", async (t) => {
  const { deployPath, plan } = start(t, { writableDirs: ["var"], writableUser: "no-such-user" });
  await assert.rejects(stage(plan), {
    reason: "writable",
    message: `Cannot put release 1 into ${deployPath} on this host: the host has no user no-such-user. Give writableUser the user that php-fpm's pool runs as`,
  });
  assert.deepEqual(readdirSync(join(deployPath, "releases")), []);
});

test("a host without setfacl is told so before anything is sent", async (t) => {
  const { deployPath, plan } = start(t, { writableDirs: ["var"], writableUser: "nobody" });
  const programs = join(deployPath, "../programs");
  mkdirSync(programs);
  for (const name of readdirSync("/usr/bin"))
    if (!name.includes("facl")) symlinkSync(join("/usr/bin", name), join(programs, name));
  const before = process.env.PATH;
  process.env.PATH = programs;
  t.after(() => {
    process.env.PATH = before;
  });
  await assert.rejects(stage(plan), {
    reason: "writable",
    message: `Cannot put release 1 into ${deployPath} on this host: the host has no setfacl, which grants the writable directories to nobody. As root: apt-get install acl; or set writableMode to an octal mode, as in "0775"`,
  });
});

test("a release keeps the group that releases/ gives, in every directory", async (t) => {
  const { deployPath, plan } = start(t, {});
  const releases = join(deployPath, "releases");
  mkdirSync(releases, { recursive: true });
  const group = isRoot ? 33 : process.getgroups?.().find((id) => id !== process.getgid?.());
  if (group === undefined) return t.skip("this user is in one group only");
  execFileSync("chgrp", [String(group), releases]);
  chmodSync(releases, 0o2755);
  const { releaseDir } = await stage(plan);
  for (const path of ["", "public", "public/index.php", "var/x -y"])
    assert.equal(statSync(join(releaseDir, path)).gid, group, path);
  assert.deepEqual(modes(releaseDir, "", "public", "var/x -y", "bin/console"), [
    " 2755",
    "public 2755",
    "var/x -y 2755",
    "bin/console 555",
  ]);
  assert.deepEqual(readdirSync(releases), ["1"]);
});

test("a release keeps the default ACL that releases/ gives, in every directory", acl, async (t) => {
  const { deployPath, plan } = start(t, {});
  mkdirSync(join(deployPath, "releases"), { recursive: true });
  execFileSync("setfacl", ["-d", "-m", "u:nobody:rwx", join(deployPath, "releases")]);
  const { releaseDir } = await stage(plan);
  for (const path of ["", "public", "var/x -y"])
    assert.ok(granted(join(releaseDir, path)).includes(`default:user:${nobody}:rwx`), path);
  assert.match(granted(join(releaseDir, "public/index.php")).join(), new RegExp(`^user:${nobody}:`));
});
