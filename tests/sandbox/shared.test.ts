import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import type { ReleasePlan } from "../../provider/release/plan.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import {
  manifestOn,
  ownCache,
  planFor,
  smallSite,
  type Tree,
  temporaryDir,
  writeTree,
} from "../support/releaseTree.ts";
import { cutAfter, type ShellOptions, shellTransport } from "../support/shellTransport.ts";
import { zipMembers, zipOf } from "../support/zip.ts";

ownCache();

const own: Tree = {
  "storage/app/.gitignore": "*\n",
  "storage/app/odd \xff\nname/x": "1",
  "storage/app/run": { executable: "#!/bin/sh\n" },
  "storage/app/up": { link: "../../public" },
  "storage/app/empty": { dir: true },
  "config/local.php": "<?php return [];\n",
  ".env": "SECRET=first\n",
};
const shared = { sharedDirs: ["storage/app", "var/log"], sharedFiles: ["config/local.php", ".env"] };

function start(t: TestContext, tree: Tree = own): { dir: string; deployPath: string; plan: ReleasePlan } {
  const dir = temporaryDir(t);
  const deployPath = join(dir, "site");
  const source = writeTree(join(dir, "source"), { ...smallSite, ...tree });
  return { dir, deployPath, plan: planFor(deployPath, { source, ...shared }) };
}

function stage(plan: ReleasePlan, options?: ShellOptions) {
  return stageRelease(shellTransport(options), plan, () => {});
}

function busybox(dir: string): ShellOptions {
  const programs = join(dir, "programs");
  mkdirSync(programs);
  execFileSync("busybox", ["--install", "-s", programs]);
  return { shell: "busybox sh", programs };
}

const shells: Record<string, (dir: string) => ShellOptions> = { "GNU's programs": () => ({}), BusyBox: busybox };

/** The one note on what a release brought of its own. */
function begun(deployPath: string, paths: string): string {
  return `In ${deployPath}/shared these did not exist, and begin with the source's own copies: ${paths}`;
}

for (const [name, optionsIn] of Object.entries(shells))
  test(`the first release's own copies become what is shared, by ${name}`, async (t) => {
    const { dir, deployPath, plan } = start(t);
    const { releaseDir, releaseDigest, warnings } = await stage(plan, optionsIn(dir));
    const at = (path: string) => join(deployPath, "shared", path);
    assert.deepEqual(warnings, [begun(deployPath, "storage/app, config/local.php, .env")]);
    assert.equal(
      execFileSync("diff", ["-r", "--no-dereference", join(dir, "source/storage"), at("storage")]).toString(),
      "",
    );
    assert.equal(readFileSync(at(".env"), "utf8"), "SECRET=first\n");
    assert.deepEqual(readdirSync(at("var/log")), []);
    assert.deepEqual(readdirSync(at(".")).sort(), [".env", "config", "storage", "var"]);
    assert.equal(releaseDigest, (await digestSource(join(dir, "source"), shared)).digest);
    assert.equal(releaseDigest, (await digestSource(releaseDir, shared)).digest);
    assert.equal(readFileSync(join(releaseDir, "storage/app/.gitignore"), "utf8"), "*\n");
    assert.deepEqual(readdirSync(join(deployPath, ".site-release/staging")), []);
  });

const archives: Record<string, (source: string, archive: string) => void> = {
  "a.tar.gz": (source, archive) => void execFileSync("tar", ["-C", source, "-czf", archive, "."]),
  "a.zip": (source, archive) => writeFileSync(archive, zipOf(zipMembers(source))),
};

for (const [name, make] of Object.entries(archives))
  test(`the copies in ${name} become what is shared`, async (t) => {
    const { dir, deployPath, plan } = start(t);
    make(join(dir, "source"), join(dir, name));
    await stage({ ...plan, source: join(dir, name) });
    const expected = join(dir, "source/storage");
    const found = join(deployPath, "shared/storage");
    assert.equal(execFileSync("diff", ["-r", "--no-dereference", expected, found]).toString(), "");
    assert.equal(readFileSync(join(deployPath, "shared/.env"), "utf8"), "SECRET=first\n");
  });

test("what is shared already stays as it is, also when a release has other content there", async (t) => {
  const { deployPath, plan } = start(t);
  writeTree(join(deployPath, "shared"), { ".env": "SECRET=prod\n", "storage/app": { dir: true } });
  const { releaseDir, warnings } = await stage(plan);
  assert.equal(readFileSync(join(releaseDir, ".env"), "utf8"), "SECRET=prod\n");
  assert.deepEqual(readdirSync(join(deployPath, "shared/storage/app")), []);
  assert.deepEqual(warnings, [begun(deployPath, "config/local.php")]);
  writeFileSync(join(deployPath, "shared/config/local.php"), "changed");
  assert.deepEqual((await stage({ ...plan, version: "2" })).warnings, []);
  assert.equal(readFileSync(join(deployPath, "shared/config/local.php"), "utf8"), "changed");
});

test("a shared .env is in no release, no manifest and no digest", async (t) => {
  const { dir, deployPath, plan } = start(t);
  const before = await digestSource(join(dir, "source"), shared);
  const { releaseDir, releaseDigest } = await stage(plan);
  assert.equal(execFileSync("find", [releaseDir, "-type", "f", "-name", ".env"]).toString(), "");
  const { body } = manifestOn(deployPath, "1");
  assert.deepEqual([body.includes("./public/index.php"), body.includes(".env")], [true, false]);
  writeFileSync(join(dir, "source/.env"), "SECRET=other");
  assert.equal((await digestSource(join(dir, "source"), shared)).digest, before.digest);
  assert.equal(releaseDigest, before.digest);
});

test("an excluded copy of a shared file does not travel, so its absence is the error that names it", async (t) => {
  const { deployPath, plan } = start(t);
  await assert.rejects(stage({ ...plan, exclude: [".env"] }), {
    reason: "shared-file-missing",
    message: `Cannot put release 1 into ${deployPath} on this host: these shared files do not exist: ${deployPath}/shared/.env. Create them on the host, once: they are no part of a release`,
  });
  assert.deepEqual(readdirSync(join(deployPath, "shared")), []);
  assert.deepEqual(readdirSync(join(deployPath, "releases")), []);
});

test("a copy of another kind is none: a link, a file for a directory, a directory for a file", async (t) => {
  const { dir, deployPath, plan } = start(t, {
    "storage/app": "a file",
    "var/log": { link: "../public" },
    ".env": "1",
    "config/local.php/x": "",
  });
  await assert.rejects(stage(plan), { reason: "shared-file-missing", message: /config\/local\.php\. Create/ });
  const { warnings } = await stage({ ...plan, sharedFiles: [".env"], version: "2" });
  assert.deepEqual(warnings, [begun(deployPath, ".env")]);
  for (const path of ["storage/app", "var/log"]) {
    assert.ok(statSync(join(deployPath, "shared", path)).isDirectory());
    assert.deepEqual(readdirSync(join(deployPath, "shared", path)), []);
  }
  assert.ok(existsSync(join(dir, "source/var/log")));
});

test("a FIFO in a copy stays at home", async (t) => {
  const { dir, deployPath, plan } = start(t);
  execFileSync("mkfifo", [join(dir, "source/storage/app/pipe")]);
  await stage(plan);
  assert.deepEqual(readdirSync(join(deployPath, "shared/storage/app")).includes("pipe"), false);
  assert.ok(existsSync(join(deployPath, "shared/storage/app/run")));
});

test("shared content that cannot be written is an error, and leaves no release", async (t) => {
  const { deployPath, plan } = start(t);
  writeTree(join(deployPath, "shared"), { config: "a file in the way" });
  await assert.rejects(stage(plan), (error: Error) => {
    assert.ok(
      error.message.startsWith(
        `Cannot put release 1 into ${deployPath} on this host: the release's own copy cannot be put into ${deployPath}/shared/config/local.php: `,
      ),
      error.message,
    );
    return true;
  });
  assert.deepEqual(readdirSync(join(deployPath, "releases")), []);
  assert.deepEqual(readdirSync(join(deployPath, ".site-release/staging")), []);
});

test("what is shared first has the group that its directory gives", async (t) => {
  const { deployPath, plan } = start(t);
  mkdirSync(join(deployPath, "shared"), { recursive: true });
  const group = process.getuid?.() === 0 ? 33 : process.getgroups?.().find((id) => id !== process.getgid?.());
  if (group === undefined) return t.skip("this user is in one group only");
  execFileSync("chgrp", [String(group), join(deployPath, "shared")]);
  execFileSync("chmod", ["g+s", join(deployPath, "shared")]);
  await stage(plan);
  for (const path of [".env", "storage/app", "storage/app/run"])
    assert.equal(statSync(join(deployPath, "shared", path)).gid, group, path);
  assert.equal(statSync(join(deployPath, "shared/storage/app")).mode & 0o2000, 0o2000);
});

test("an upload that is cut among the copies shares nothing, and the next run shares all", async (t) => {
  const { dir, deployPath, plan } = start(t, { ...own, "storage/app/big": randomBytes(500_000).toString("hex") });
  await assert.rejects(
    stageRelease(cutAfter(shellTransport(), 300_000), plan, () => {}),
    { reason: "upload-cut" },
  );
  for (const place of ["shared", "releases"]) assert.deepEqual(readdirSync(join(deployPath, place)), [], place);
  await stage(plan);
  const [expected, found] = [join(dir, "source/storage"), join(deployPath, "shared/storage")];
  assert.equal(execFileSync("diff", ["-r", "--no-dereference", expected, found]).toString(), "");
  assert.deepEqual(readdirSync(join(deployPath, ".site-release/staging")), []);
});

test("a shared path that came to be since an upload was cut stays as it is", async (t) => {
  const { deployPath, plan } = start(t, { ...own, "storage/app/big": randomBytes(500_000).toString("hex") });
  await assert.rejects(
    stageRelease(cutAfter(shellTransport(), 300_000), plan, () => {}),
    { reason: "upload-cut" },
  );
  writeTree(join(deployPath, "shared/storage/app"), { "of others": "1" });
  await stage(plan);
  assert.deepEqual(readdirSync(join(deployPath, "releases/1/storage/app")), ["of others"]);
});
