import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import type { ReleasePlan, ReleaseResult } from "../../provider/release/plan.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { everythingIn } from "../support/releaseOnDisk.ts";
import { manifestOn, oddTree, ownCache, planFor, temporaryDir, writeTree } from "../support/releaseTree.ts";
import { type ShellOptions, shellTransport } from "../support/shellTransport.ts";

ownCache();

/** Of the two versions of these tests, this is what the second one has otherwise. */
const changes = { "public/index.php": "<?php echo 2;\n", "line\nend": "new", "only in 2/-x": { executable: "2" } };
const gone = "with space";

interface Scene {
  readonly dir: string;
  readonly deployPath: string;
  stage(version: string, plan?: Partial<ReleasePlan>, shell?: ShellOptions): Promise<ReleaseResult>;
}

/** Two builds: each version's source lies in its own directory. */
function scene(t: TestContext): Scene {
  const dir = temporaryDir(t);
  const deployPath = join(dir, "site");
  writeTree(join(dir, "1"), oddTree);
  writeTree(join(dir, "2"), { ...oddTree, ...changes });
  rmSync(join(dir, "2", gone), { recursive: true });
  return {
    dir,
    deployPath,
    stage: (version, plan = {}, shell = {}) =>
      stageRelease(
        shellTransport(shell),
        planFor(deployPath, { version, source: join(dir, version), ...plan }),
        () => {},
      ),
  };
}

function listing(deployPath: string, version: string): string[] {
  return everythingIn(join(deployPath, "releases", version));
}

/** How many of a version's files are the other version's too. */
function shared({ deployPath }: Scene, one: string, other: string): number {
  const inodes = (version: string): string[] =>
    execFileSync("find", [join(deployPath, "releases", version), "-type", "f", "-printf", "%i\n"], { encoding: "utf8" })
      .trim()
      .split("\n");
  const known = new Set(inodes(one));
  return inodes(other).filter((inode) => known.has(inode)).length;
}

async function isWhole({ dir, deployPath }: Scene, version: string): Promise<void> {
  const place = join(deployPath, "releases", version);
  const wanted = await digestSource(join(dir, version));
  assert.deepEqual(await digestSource(place), wanted);
  execFileSync("diff", ["-r", "--no-dereference", join(dir, version), place]);
  assert.equal(
    manifestOn(deployPath, version).header,
    `site-release-manifest 1 files=${wanted.files} bytes=${wanted.bytes} digest=${wanted.digest}`,
  );
  assert.deepEqual(readdirSync(join(deployPath, ".site-release/staging")), []);
}

const FILES = 21; // of version 1
const KEPT = FILES - 3; // two were changed, and one is gone

test("the next release shares with the newest what did not change, and only the rest is sent", async (t) => {
  const at = scene(t);
  const first = await at.stage("1");
  const before = listing(at.deployPath, "1");
  const second = await at.stage("2");
  assert.equal(second.status, "uploaded");
  assert.ok(second.sentBytes < first.sentBytes, `${second.sentBytes} of ${first.sentBytes} bytes`);
  await isWhole(at, "2");
  assert.equal(shared(at, "1", "2"), KEPT);
  assert.deepEqual(listing(at.deployPath, "1"), before);
});

test("no file that releases share can be written into", async (t) => {
  const at = scene(t);
  await at.stage("1");
  await at.stage("2");
  for (const version of ["1", "2"]) {
    const writable = ["-type", "f", "-perm", "/222"];
    assert.equal(
      execFileSync("find", [join(at.deployPath, "releases", version), ...writable], { encoding: "utf8" }),
      "",
    );
  }
  assert.equal(statSync(join(at.deployPath, "releases/2/bin/console")).mode & 0o7777, 0o555);
  assert.equal(statSync(join(at.deployPath, "releases/2/only in 2")).mode & 0o7777, 0o755);
});

test("a client that does not know the newest release's manifest is told it", async (t) => {
  const at = scene(t);
  await at.stage("1");
  rmSync(join(process.env.XDG_CACHE_HOME ?? "", "pulumi-site-release"), { recursive: true });
  await at.stage("2");
  await isWhole(at, "2");
  assert.equal(shared(at, "1", "2"), KEPT);
});

test("what was done to the newest release since is not taken over: such files are sent", async (t) => {
  const at = scene(t);
  await at.stage("1");
  const release = join(at.deployPath, "releases/1");
  const { mtime } = statSync(join(release, "big"));
  chmodSync(join(release, "big"), 0o644);
  appendFileSync(join(release, "big"), "longer");
  utimesSync(join(release, "big"), mtime, mtime);
  chmodSync(join(release, "vendor/autoload.php"), 0o644);
  writeFileSync(join(release, "vendor/autoload.php"), "<!ph\n");
  rmSync(join(release, "trailing "));
  rmSync(join(release, "caf\xe9"), { recursive: true });
  rmSync(join(release, "-leading"));
  symlinkSync("/etc/passwd", join(release, "-leading"));
  writeFileSync(join(release, "cache.php"), "written by the application");
  const before = listing(at.deployPath, "1");
  const { status } = await at.stage("2");
  assert.equal(status, "uploaded");
  await isWhole(at, "2");
  assert.equal(shared(at, "1", "2"), KEPT - 5);
  assert.deepEqual(listing(at.deployPath, "1"), before);
});

test("a file of the newest release that has write bits is copied, and keeps them there", async (t) => {
  const at = scene(t);
  await at.stage("1", { dedupe: "copy" });
  const before = listing(at.deployPath, "1");
  const all = (await at.stage("1", { deployPath: join(at.dir, "other") })).sentBytes;
  const { sentBytes } = await at.stage("2");
  assert.ok(sentBytes < all);
  await isWhole(at, "2");
  assert.equal(shared(at, "1", "2"), 0);
  assert.equal(statSync(join(at.deployPath, "releases/2/big")).mode & 0o7777, 0o444);
  assert.deepEqual(listing(at.deployPath, "1"), before);
});

test("copies are wanted: nothing is shared, and only what changed is sent", async (t) => {
  const at = scene(t);
  const first = await at.stage("1", { dedupe: "copy" });
  const second = await at.stage("2", { dedupe: "copy", fileMode: "0664" });
  assert.ok(second.sentBytes < first.sentBytes);
  await isWhole(at, "2");
  assert.equal(shared(at, "1", "2"), 0);
  const facts = ["1", "2"].map((version) => {
    const { mode, mtimeMs } = statSync(join(at.deployPath, `releases/${version}/big`));
    return [mode & 0o7777, mtimeMs];
  });
  assert.deepEqual([facts[0]?.[0], facts[1]?.[0]], [0o644, 0o664]);
  assert.equal(facts[0]?.[1], facts[1]?.[1]);
});

test("files of another owner are copied", { skip: process.getuid?.() !== 0 && "needs two users" }, async (t) => {
  const at = scene(t);
  await at.stage("1");
  const before = listing(at.deployPath, "1");
  for (const place of [
    "",
    "releases",
    "shared",
    ".site-release",
    ...["manifests", "prepared", "staging", "trash", "empty"].map((name) => `.site-release/${name}`),
  ])
    chownSync(join(at.deployPath, place), 65534, 65534);
  await at.stage("2", {}, { uid: 65534 });
  await isWhole(at, "2");
  assert.equal(shared(at, "1", "2"), 0);
  assert.equal(statSync(join(at.deployPath, "releases/2/big")).uid, 65534);
  assert.deepEqual(listing(at.deployPath, "1"), before);
});

test("links that the host refuses become copies", async (t) => {
  const at = scene(t);
  await at.stage("1");
  const programs = join(at.dir, "programs");
  mkdirSync(programs);
  writeFileSync(
    join(programs, "cp"),
    '#!/bin/sh\ncase " $* " in *" -l "*) echo "cp: cannot create hard link: Operation not permitted" >&2; exit 1 ;; esac\nexec /bin/cp "$@"\n',
    { mode: 0o755 },
  );
  const { sentBytes } = await at.stage("2", {}, { programs });
  await isWhole(at, "2");
  assert.equal(shared(at, "1", "2"), 0);
  assert.ok(sentBytes < 10_000);
});

test("a release that others made is a base too, but what lacks our mtimes is sent", async (t) => {
  const at = scene(t);
  mkdirSync(join(at.deployPath, "releases"), { recursive: true });
  cpSync(join(at.dir, "1"), join(at.deployPath, "releases/1"), { recursive: true, verbatimSymlinks: true });
  assert.equal((await at.stage("1")).status, "adopted");
  const before = listing(at.deployPath, "1");
  await at.stage("2");
  await isWhole(at, "2");
  assert.deepEqual(listing(at.deployPath, "1"), before);
});

test("a host with BusyBox's tools only gets everything", async (t) => {
  const at = scene(t);
  const programs = join(at.dir, "programs");
  mkdirSync(programs);
  for (const name of execFileSync("busybox", ["--list"], { encoding: "utf8" }).trim().split("\n"))
    if (name !== "busybox") symlinkSync("/bin/busybox", join(programs, name));
  await at.stage("1", {}, { shell: "busybox sh", programs });
  await at.stage("2", {}, { shell: "busybox sh", programs });
  await isWhole(at, "2");
  assert.equal(shared(at, "1", "2"), 0);
});

test("the newest release is the base, and one without its directory is none", async (t) => {
  const at = scene(t);
  await at.stage("1");
  await at.stage("2");
  writeTree(join(at.dir, "3"), { ...oddTree, ...changes });
  await at.stage("3");
  assert.equal(shared(at, "2", "3"), KEPT + 3);
  for (const version of ["2", "3"]) rmSync(join(at.deployPath, "releases", version), { recursive: true });
  writeTree(join(at.dir, "4"), { ...oddTree, ...changes });
  await at.stage("4");
  await isWhole(at, "4");
  assert.equal(shared(at, "1", "4"), KEPT + 1);
});

test("files that are one file in an archive stay one", async (t) => {
  const at = scene(t);
  execFileSync("ln", [join(at.dir, "2/big"), join(at.dir, "2/big again")]);
  const archive = join(at.dir, "2.tar");
  execFileSync("tar", ["-cf", archive, "-C", join(at.dir, "2"), "."]);
  await at.stage("1");
  await at.stage("2", { source: archive });
  await isWhole(at, "2");
  const [one, other] = ["big", "big again"].map((name) => lstatSync(join(at.deployPath, "releases/2", name)).ino);
  assert.equal(one, other);
  assert.equal(shared(at, "1", "2"), KEPT - 1);
});

test("shared paths are no part of what is kept", async (t) => {
  const at = scene(t);
  await at.stage("1");
  const sharedDirs = ["vendor", "var/cache"];
  const { deployPath } = at;
  await at.stage("2", { sharedDirs });
  assert.equal(lstatSync(join(deployPath, "releases/2/vendor")).isSymbolicLink(), true);
  assert.equal(lstatSync(join(deployPath, "releases/2/var/cache")).isSymbolicLink(), true);
  assert.equal(shared(at, "1", "2"), KEPT - 1);
});

test("a file that PHP may write to is no other release's: it is sent, keeps its write bits, and is never linked", async (t) => {
  const at = scene(t);
  const user = execFileSync("id", ["-un"], { encoding: "utf8" }).trim();
  const plan = { writableDirs: ["vendor", "caf\u00e9"], writableUser: user };
  const stats = (version: string) =>
    ["vendor/autoload.php", "caf\u00e9/\u00fc"].map((path) => {
      const { ino, mode } = statSync(join(at.deployPath, "releases", version, path));
      return { ino, mode: mode & 0o7777 };
    });
  await at.stage("1");
  await at.stage("2", plan);
  await isWhole(at, "2");
  assert.equal(shared(at, "1", "2"), KEPT - 2);
  writeTree(join(at.dir, "3"), { ...oddTree, ...changes });
  await at.stage("3", plan);
  writeTree(join(at.dir, "4"), { ...oddTree, ...changes });
  await at.stage("4");
  const all = ["1", "2", "3", "4"].map(stats);
  assert.deepEqual(
    all.map((files) => files.map(({ mode }) => mode)),
    [
      [0o444, 0o444],
      [0o644, 0o644],
      [0o644, 0o644],
      [0o444, 0o444],
    ],
  );
  assert.equal(new Set(all.flat().map(({ ino }) => ino)).size, 8);
});

test("copies of shared paths come whole with a delta, also where files of the base are told and sent again", async (t) => {
  const at = scene(t);
  await at.stage("1");
  rmSync(join(process.env.XDG_CACHE_HOME ?? "", "pulumi-site-release"), { recursive: true });
  rmSync(join(at.deployPath, "releases/1/trailing "));
  const { status, warnings } = await at.stage("2", {
    sharedDirs: ["vendor"],
    sharedFiles: ["public/index.php", "big"],
  });
  assert.equal(status, "uploaded");
  const paths = ["vendor", "public/index.php", "big"];
  assert.deepEqual(warnings, [
    `In ${at.deployPath}/shared these did not exist, and begin with the source's own copies: ${paths.join(", ")}`,
  ]);
  const [place, source] = [join(at.deployPath, "shared"), join(at.dir, "2")];
  for (const path of ["vendor/autoload.php", "public/index.php", "big"]) {
    assert.deepEqual(readFileSync(join(place, path)), readFileSync(join(source, path)));
    assert.equal(statSync(join(place, path)).mode & 0o200, 0o200, path);
  }
  execFileSync("diff", [
    "-r",
    "--exclude=dangling",
    "--exclude=line end link",
    "--exclude=not utf-8 link *",
    source,
    join(at.deployPath, "releases/2"),
  ]);
  assert.equal(shared(at, "1", "2"), KEPT - 3);
});

test("a base whose manifest is damaged is no base, for a client that does not know it either", async (t) => {
  const at = scene(t);
  await at.stage("1");
  const manifest = join(at.deployPath, ".site-release/manifests/1");
  const { length } = readFileSync(manifest);
  writeFileSync(manifest, readFileSync(manifest).subarray(0, length - 20));
  rmSync(join(process.env.XDG_CACHE_HOME ?? "", "pulumi-site-release"), { recursive: true });
  assert.equal((await at.stage("2")).status, "uploaded");
  await isWhole(at, "2");
});
