import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { describe, type TestContext } from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import { inspectRelease } from "../../provider/release/inspect.ts";
import type { ReleasePlan } from "../../provider/release/plan.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { until } from "../support/command.ts";
import { ownCache, planFor, smallSite, temporaryDir, writeTree } from "../support/releaseTree.ts";
import { shellTransport } from "../support/shellTransport.ts";

ownCache();

function start(t: TestContext) {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), smallSite);
  const deployPath = join(dir, "site");
  const told: string[] = [];
  const stage = (plan: Partial<ReleasePlan>, shell = "/bin/sh") =>
    stageRelease(shellTransport({ shell }), planFor(deployPath, { source, ...plan }), (status) => told.push(status));
  const left = () =>
    ["releases", ".site-release/staging", ".site-release/manifests"].flatMap((place) =>
      readdirSync(join(deployPath, place)).map((name) => `${place}/${name}`),
    );
  return { dir, source, deployPath, stage, told, left };
}

const WHOLE = ["releases/1", ".site-release/manifests/1"];

for (const shell of ["dash", "bash --posix", "busybox sh"])
  test(`prepare runs at the release's own path, and the manifest describes what it made, by ${shell}`, async (t) => {
    const { source, deployPath, stage, told, left } = start(t);
    mkdirSync(join(deployPath, "shared/storage"), { recursive: true });
    const prepare = ['echo "$PWD" | tee cache; cd public', 'echo "$VERSION" >>cache; ls storage -d'];
    const result = await stage({ prepare, sharedDirs: ["storage"] }, shell);
    const release = `${deployPath}/releases/1`;
    assert.equal(readFileSync(join(release, "cache"), "utf8"), `${release}\n1\n`);
    assert.deepEqual(told.slice(told.indexOf("preparing"), -1), ["preparing", release, "storage", "putting in place"]);
    const { digest } = await digestSource(source, { sharedDirs: ["storage"], sharedFiles: [] });
    assert.notEqual(result.releaseDigest, digest);
    assert.deepEqual(left(), WHOLE);
    const seen = await inspectRelease(shellTransport(), { deployPath, version: "1" });
    assert.deepEqual([seen.state, seen.digest], ["complete", result.releaseDigest]);

    // The same source is no other content, and nothing is prepared again.
    const again = await stage({ prepare: ["false"], sharedDirs: ["storage"] }, shell);
    assert.deepEqual([again.status, again.warnings], ["reused", []]);
  });

test("a prepare that fails leaves nothing, and shows its last lines", async (t) => {
  const { deployPath, stage, left } = start(t);
  await assert.rejects(stage({ prepare: ["true", "echo no composer.lock >&2; exit 2", "touch never"] }), {
    reason: "prepare-failed",
    message: `Cannot put release 1 into ${deployPath} on this host: "echo no composer.lock >&2; exit 2" of prepare ended with exit code 2, and printed last: no composer.lock; the release was removed`,
  });
  assert.deepEqual(left(), []);
  await assert.rejects(
    stage({ prepare: ["mkfifo pipe"] }),
    /what prepare made is no release: .*pipe is neither a file/,
  );
  assert.deepEqual(left(), []);
  assert.equal((await stage({})).status, "uploaded");
});

test("a prepare whose time is up leaves nothing", async (t) => {
  const { stage, left } = start(t);
  await assert.rejects(stage({ prepare: ["sleep 60"], prepareTimeout: 1 }), {
    reason: "prepare-late",
    message: /: prepare was not done after 1 s and was ended; the release was removed$/,
  });
  assert.deepEqual(left(), []);
});

test("a release that another run prepares is not adopted", async (t) => {
  const { dir, stage, told, left } = start(t);
  const first = stage({ prepare: [`until [ -e ${dir}/go ]; do sleep 0.1; done`] });
  await until("prepare", 10, async () => told.includes("preparing"));
  await assert.rejects(stage({}), {
    reason: "release-unfinished",
    message: /another run prepares \S+\/releases\/1\. Wait/,
  });
  writeFileSync(join(dir, "go"), "");
  assert.equal((await first).status, "uploaded");
  assert.deepEqual(left(), WHOLE);
});

test("a release whose run was killed while it was prepared is removed by the next, which makes it anew", async (t) => {
  const { dir, source, deployPath, told, stage, left } = start(t);
  const transport = shellTransport({
    onStart: (child) =>
      void until("prepare", 10, () => existsSync(join(deployPath, "releases/1/half"))).then(() =>
        child.kill("SIGKILL"),
      ),
  });
  const plan = planFor(deployPath, {
    source,
    prepare: [`echo $$ >${dir}/pid; touch half; exec sleep 5`],
    prepareTimeout: 5,
  });
  await assert.rejects(stageRelease(transport, plan, (status) => told.push(status)));
  assert.equal(existsSync(join(deployPath, "releases/1/half")), true);
  const { status } = await stage({ prepare: ["touch whole"] });
  assert.equal(status, "uploaded");
  assert.deepEqual(readdirSync(join(deployPath, "releases/1")).sort(), ["bin", "public", "var", "vendor", "whole"]);
  assert.deepEqual(left(), WHOLE);
  execFileSync("sh", ["-c", `kill "$(cat ${dir}/pid)" 2>/dev/null || :`]);
});

describe("with links to the base", () => {
  const own = { "var/log/.keep": "1", "vendor/b.php": "<?php 2;\n" };
  const facts = (deployPath: string, version: string) =>
    execFileSync("find", [".", "-type", "f", "-printf", "%P %i %m %T@ %s\n"], {
      cwd: join(deployPath, "releases", version),
      encoding: "utf8",
    });
  const inodes = (deployPath: string, version: string) =>
    new Map(
      facts(deployPath, version)
        .trim()
        .split("\n")
        .map((line) => line.split(" ").slice(0, 2) as [string, string]),
    );
  const isShared = (deployPath: string, path: string) =>
    inodes(deployPath, "1").get(path) === inodes(deployPath, "2").get(path);
  const prepare = ["echo $VERSION >cache", "test -w vendor/b.php", "echo $VERSION >>vendor/autoload.php"];

  test("what prepare left as it was is the base's file in the end, and the base was never changed", async (t) => {
    const { source, deployPath, stage, left } = start(t);
    writeTree(source, own);
    await stage({ prepare });
    const before = facts(deployPath, "1");
    const { status } = await stage({ version: "2", prepare, writableDirs: ["var/log"], writableMode: "0775" });
    assert.equal(status, "uploaded");
    for (const path of ["public/index.php", "public/app.css", "bin/console", "vendor/b.php"])
      assert.equal(isShared(deployPath, path), true, path);
    // Changed in place, made anew, and what PHP may write to.
    for (const path of ["vendor/autoload.php", "cache", "var/log/.keep"])
      assert.equal(isShared(deployPath, path), false, path);
    assert.equal(facts(deployPath, "1"), before);
    const writable = execFileSync("find", [join(deployPath, "releases"), "-type", "f", "-perm", "/222"]).toString();
    assert.equal(writable, `${deployPath}/releases/2/var/log/.keep\n`);
    for (const version of ["1", "2"])
      assert.equal((await inspectRelease(shellTransport(), { deployPath, version })).state, "complete");
    assert.deepEqual(left(), ["releases/1", "releases/2", ".site-release/manifests/1", ".site-release/manifests/2"]);
  });

  test("copies stay copies, and keep their write bits, where they are wanted", async (t) => {
    const { source, deployPath, stage } = start(t);
    writeTree(source, own);
    await stage({ prepare, dedupe: "copy" });
    await stage({ version: "2", prepare, dedupe: "copy" });
    assert.equal(isShared(deployPath, "vendor/b.php"), false);
    assert.match(facts(deployPath, "2"), /^vendor\/b\.php \d+ 644 /m);
  });
});

test("a file outside that prepare linked keeps its mode", async (t) => {
  const { dir, deployPath, stage } = start(t);
  writeFileSync(join(dir, "store"), "of a package manager", { mode: 0o644 });
  await stage({ prepare: [`ln ${dir}/store vendor/store`] });
  assert.equal(statSync(join(dir, "store")).mode & 0o777, 0o644);
  assert.equal(statSync(join(deployPath, "releases/1/vendor/autoload.php")).mode & 0o222, 0);
});

test("where no links can be made a prepared release keeps its copies", async (t) => {
  const { dir, source, deployPath } = start(t);
  const programs = join(dir, "programs");
  mkdirSync(programs);
  writeFileSync(
    join(programs, "cp"),
    '#!/bin/sh\ncase " $* " in *" -l "*) echo "cp: cannot create hard link: Invalid cross-device link" >&2; exit 1 ;; esac\nexec /bin/cp "$@"\n',
    { mode: 0o755 },
  );
  for (const version of ["1", "2"]) {
    const plan = planFor(deployPath, { source, version, prepare: ["true"] });
    assert.equal((await stageRelease(shellTransport({ programs }), plan, () => {})).status, "uploaded");
    assert.equal((await inspectRelease(shellTransport(), { deployPath, version })).state, "complete");
  }
});

test("a prepare that fails is told as such, also where the archive is gone by then", async (t) => {
  const { dir, source, stage } = start(t);
  const archive = join(dir, "1.tar");
  execFileSync("tar", ["-cf", archive, "-C", source, "."]);
  await assert.rejects(stage({ source: archive, prepare: [`rm ${archive}; exit 3`] }), { reason: "prepare-failed" });
});
