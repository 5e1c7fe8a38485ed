import assert from "node:assert/strict";
import { type ChildProcess, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import { contentMtime } from "../../provider/release/mtime.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { until } from "../support/command.ts";
import { manifestOn, oddTree, ownCache, planFor, smallSite, temporaryDir, writeTree } from "../support/releaseTree.ts";
import { cutAfter, shellTransport } from "../support/shellTransport.ts";

ownCache();
const quiet = (): void => {};

/** What lies in the places of a site that must be empty after a failure. */
function leftIn(deployPath: string): string[] {
  return ["releases", ".site-release/staging", ".site-release/manifests"].flatMap((place) =>
    readdirSync(join(deployPath, place)).map((name) => `${place}/${name}`),
  );
}

function start(t: TestContext): { dir: string; source: string; deployPath: string } {
  const dir = temporaryDir(t);
  return { dir, source: writeTree(join(dir, "source"), oddTree), deployPath: join(dir, "site") };
}

test("an upload that is cut before anything came leaves nothing", async (t) => {
  const { source, deployPath } = start(t);
  for (const bytes of [1, 5]) {
    const ended: Promise<unknown>[] = [];
    const transport = shellTransport({ onStart: (child) => ended.push(once(child, "close")) });
    await assert.rejects(stageRelease(cutAfter(transport, bytes), planFor(deployPath, { source }), quiet), {
      reason: "upload-cut",
      message: `Cannot put release 1 into ${deployPath} on this host: the upload ended before the release was whole; what had arrived was removed`,
    });
    await Promise.all(ended);
    assert.deepEqual(leftIn(deployPath), [], `cut after ${bytes} bytes`);
  }
  const { status } = await stageRelease(shellTransport(), planFor(deployPath, { source }), quiet);
  assert.deepEqual([status, leftIn(deployPath)], ["uploaded", ["releases/1", ".site-release/manifests/1"]]);
});

test("a run that is killed on the host leaves what the next one clears", async (t) => {
  const { dir, source, deployPath } = start(t);
  const unpacking = join(dir, "unpacking");
  writeTree(join(dir, "programs"), { tar: { executable: `#!/bin/sh\ntouch ${unpacking}\nsleep 60\n` } });
  const kill = async ({ pid = 0 }: ChildProcess) => {
    await until("the upload to be unpacked", 30, () => existsSync(unpacking));
    process.kill(-pid, "SIGKILL");
  };
  const killed: Promise<void>[] = [];
  const onStart = (child: ChildProcess) => killed.push(kill(child));
  const transport = shellTransport({ programs: join(dir, "programs"), detached: true, onStart });
  await assert.rejects(stageRelease(transport, planFor(deployPath, { source }), quiet));
  await Promise.all(killed);
  assert.equal(readdirSync(join(deployPath, ".site-release/staging")).length, 1);
  mkdirSync(join(deployPath, ".site-release/staging/1.dead"));
  writeFileSync(join(deployPath, ".site-release/manifests/9"), "of a run that died before the rename");
  const { status } = await stageRelease(shellTransport(), planFor(deployPath, { source }), quiet);
  assert.deepEqual([status, leftIn(deployPath)], ["uploaded", ["releases/1", ".site-release/manifests/1"]]);
});

test("a staging directory that a living run holds stays, unless it is a day old", async (t) => {
  const { source, deployPath } = start(t);
  const staging = join(deployPath, ".site-release/staging");
  const yesterday = Date.now() / 1000 - 90_000;
  for (const name of ["1.living", "1.forgotten"]) mkdirSync(join(staging, name), { recursive: true });
  utimesSync(join(staging, "1.forgotten"), yesterday, yesterday);
  const lock = shellTransport();
  const session = await lock.start(
    `cd ${staging} && exec 3<1.living 4<1.forgotten && flock 3 && flock 4 && echo locked && cat`,
  );
  t.after(() => session.close());
  await once(session.stdout, "data");
  await stageRelease(shellTransport(), planFor(deployPath, { source }), quiet);
  assert.deepEqual(readdirSync(staging), ["1.living"]);
  session.stdin.end();
  await session.ended;
});

test("two uploads of one version at once: one wins, and the other uses it", async (t) => {
  const { source, deployPath } = start(t);
  const runs = [1, 2, 3].map(() => stageRelease(shellTransport(), planFor(deployPath, { source }), quiet));
  const results = await Promise.all(runs);
  assert.deepEqual(results.map(({ status }) => status).sort(), ["reused", "reused", "uploaded"]);
  assert.deepEqual(leftIn(deployPath), ["releases/1", ".site-release/manifests/1"]);
  assert.equal((await digestSource(join(deployPath, "releases/1"))).digest, results[0]?.releaseDigest);
});

test("a version that the host has is reused, and another digest is a warning", async (t) => {
  const { dir, source, deployPath } = start(t);
  const first = await stageRelease(shellTransport(), planFor(deployPath, { source }), quiet);
  const same = await stageRelease(shellTransport(), planFor(deployPath, { source }), quiet);
  assert.deepEqual([same.status, same.sentBytes, same.warnings], ["reused", 0, []]);
  const other = writeTree(join(dir, "other"), smallSite);
  const differs = await stageRelease(shellTransport(), planFor(deployPath, { source: other }), quiet);
  assert.deepEqual(
    [differs.status, differs.releaseDigest, differs.warnings],
    [
      "reused",
      first.releaseDigest,
      ["the host's 1 differs from the source; the host's is used. For the source's content use a new version"],
    ],
  );
  for (const gone of [undefined, join(dir, "not here")]) {
    const { status } = await stageRelease(
      shellTransport(),
      planFor(deployPath, { ...(gone && { source: gone }) }),
      quiet,
    );
    assert.equal(status, "reused");
  }
});

test("a version that neither the host nor this machine has is an error that says where to put it", async (t) => {
  const { dir, deployPath } = start(t);
  await assert.rejects(stageRelease(shellTransport(), planFor(deployPath), quiet), {
    reason: "release-missing",
    message: `Cannot put release 1 into ${deployPath} on this host: ${deployPath}/releases/1 does not exist, and no source is given. Put it there (CI, Deployer) or give source`,
  });
  await assert.rejects(stageRelease(shellTransport(), planFor(deployPath, { source: join(dir, "not here") }), quiet), {
    reason: "release-missing",
    message: `Cannot put release 1 into ${deployPath} on this host: neither ${deployPath}/releases/1 is on the host nor ${dir}/not here on this machine. Build 1, or let CI or Deployer put it there`,
  });
});

test("a release that lost a file is not reused", async (t) => {
  const { source, deployPath } = start(t);
  await stageRelease(shellTransport(), planFor(deployPath, { source }), quiet);
  execFileSync("rm", [join(deployPath, "releases/1/vendor/autoload.php")]);
  await assert.rejects(stageRelease(shellTransport(), planFor(deployPath, { source }), quiet), {
    reason: "release-changed",
    message: `Cannot put release 1 into ${deployPath} on this host: ${deployPath}/releases/1 is not what its manifest says (vendor/autoload.php is missing). Use a new version, or remove ${deployPath}/releases/1 on the host if it is not live`,
  });
});

const mounting = { skip: process.getuid?.() !== 0 && "mounting needs root" };

/** A disk of `kib` KiB below `dir`, while it is used. */
async function withDisk(dir: string, kib: number, use: (disk: string) => Promise<void>): Promise<void> {
  const disk = join(dir, "disk");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kib}k,mode=0755`, "tmpfs", disk]);
  try {
    await use(disk);
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
}

/** What the files of the odd tree take on a disk with blocks of 4 KiB. */
const oddBlocks = Object.values(oddTree)
  .map((what) => (typeof what === "string" ? what : "executable" in what ? what.executable : ""))
  .reduce((total, content) => total + Math.ceil(content.length / 4096) * 4, 0);

test("a disk without room is refused before anything is written, with the numbers", mounting, (t) => {
  const { source, dir } = start(t);
  return withDisk(dir, 300, async (disk) => {
    const deployPath = join(disk, "site");
    const { bytes } = await digestSource(source);
    await assert.rejects(stageRelease(shellTransport(), planFor(deployPath, { source }), quiet), (error: Error) => {
      assert.match(
        error.message,
        new RegExp(
          `: 21 files \\([0-9]+ inodes, ${oddBlocks} KiB\\) are to come: 1 has ${Math.floor(bytes / 1024)} KiB of files, ${deployPath} has 300 KiB and [0-9]+ inodes free; what had arrived was removed. Free some space on the host$`,
        ),
      );
      return true;
    });
    assert.deepEqual(leftIn(deployPath), []);
  });
});

test("a disk that is full in the middle leaves the host as it was, and the error has the numbers", mounting, (t) => {
  const { source, dir } = start(t);
  // The manifest takes what the last file lacks; the run's own number has a block besides.
  return withDisk(dir, oddBlocks + 4, async (disk) => {
    const deployPath = join(disk, "site");
    await assert.rejects(stageRelease(shellTransport(), planFor(deployPath, { source }), quiet), (error: Error) => {
      assert.match(
        error.message,
        new RegExp(
          `tar: .*: 1 has [0-9]+ KiB of files, ${deployPath} has [0-9]+ KiB and [0-9]+ inodes free; what had arrived was removed. Free some space on the host$`,
        ),
      );
      return true;
    });
    assert.deepEqual(leftIn(deployPath), []);
  });
});

test("a disk that lists have no room on leaves the host as it was, and the error has the numbers", mounting, (t) => {
  const { dir } = start(t);
  const long = (index: number): string => `${"n".repeat(200)}${index}`;
  const source = writeTree(join(dir, "many"), {
    ...smallSite,
    ...Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [long(index), ""])),
  });
  return withDisk(dir, 2400, async (disk) => {
    const deployPath = join(disk, "site");
    const stage = (version: string) => stageRelease(shellTransport(), planFor(deployPath, { source, version }), quiet);
    await stage("1");
    const before = leftIn(deployPath);
    writeFileSync(join(source, "another"), "");
    await assert.rejects(stage("2"), (error: Error) => {
      assert.match(
        error.message,
        /KiB and [0-9]+ inodes free; what had arrived was removed\. Free some space on the host$/,
      );
      return true;
    });
    assert.deepEqual(leftIn(deployPath), before);
  });
});

test("a disk that copies of the base have no room on is seen before anything is sent", mounting, (t) => {
  const { dir } = start(t);
  const source = writeTree(join(dir, "large"), { ...smallSite, large: "x".repeat(3_000_000) });
  return withDisk(dir, 4500, async (disk) => {
    const deployPath = join(disk, "site");
    const stage = (version: string) =>
      stageRelease(shellTransport(), planFor(deployPath, { source, version, dedupe: "copy" }), quiet);
    await stage("1");
    writeFileSync(join(source, "another"), "1");
    await assert.rejects(stage("2"), {
      reason: "no-space",
      message: /: 1 files \([0-9]+ inodes, 29[0-9]{2} KiB\) are to come: /,
    });
    assert.deepEqual(leftIn(deployPath), ["releases/1", ".site-release/manifests/1"]);
  });
});

test("a source's file that goes while it is sent is an error that names it", async (t) => {
  const { source, deployPath } = start(t);
  const run = stageRelease(shellTransport(), planFor(deployPath, { source }), (status) => {
    if (status === "uploading") rmSync(join(source, "vendor/autoload.php"), { force: true });
  });
  await assert.rejects(run, {
    reason: "source-changed",
    message: /: vendor\/autoload\.php changed while the release was sent, .*; what had arrived was removed\. /,
  });
  assert.deepEqual(leftIn(deployPath), []);
});

test("a source that changes while it is sent is an error that names the file, and nothing is left", async (t) => {
  const { source, deployPath } = start(t);
  const victim = join(source, "big");
  const run = stageRelease(shellTransport(), planFor(deployPath, { source }), (status) => {
    if (status.startsWith("uploading")) appendFileSync(victim, "more");
  });
  await assert.rejects(run, {
    reason: "source-changed",
    message: `Cannot send ${source} on this host: big changed while the release was sent, expected a source that stands still; what had arrived was removed. Run it again when the build has ended`,
  });
  assert.deepEqual(leftIn(deployPath), []);
});

test("a source that is not what the preview saw is refused before the host is asked", async (t) => {
  const { source, deployPath } = start(t);
  await assert.rejects(stageRelease(shellTransport(), planFor(deployPath, { source, sourceDigest: "0" }), quiet), {
    reason: "source-changed",
  });
  assert.equal(existsSync(deployPath), false);
});

test("modes and mtimes are those of the plan and the content, whatever the umask", async (t) => {
  const { source, deployPath } = start(t);
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  const plan = planFor(deployPath, { source, dirMode: "0775", fileMode: "0664", dedupe: "copy" });
  const { releaseDir } = await stageRelease(shellTransport(), plan, quiet);
  const facts = ["", "public", "public/index.php", "bin/console"].map((path) => {
    const { mode, mtimeMs } = statSync(join(releaseDir, path));
    return [(mode & 0o7777).toString(8), mtimeMs / 1000];
  });
  const mtime = (path: string): number =>
    contentMtime(execFileSync("sha256sum", [join(source, path)], { encoding: "utf8" }).slice(0, 64));
  assert.deepEqual(facts, [
    ["775", 946684800],
    ["775", 946684800],
    ["664", mtime("public/index.php")],
    ["775", mtime("bin/console")],
  ]);
  for (const place of ["", "releases", "shared", ".site-release", ".site-release/empty"])
    assert.equal(statSync(join(deployPath, place)).mode & 0o7777, 0o755, place);
});

test("a deployPath that cannot be made is an error with the line that makes it", {
  skip: process.getuid?.() !== 0 && "needs two users",
}, async (t) => {
  const { dir, source } = start(t);
  const deployPath = join(dir, "closed/site");
  await assert.rejects(stageRelease(shellTransport({ uid: 65534 }), planFor(deployPath, { source }), quiet), {
    reason: "deploy-path",
    message: `Cannot put release 1 into ${deployPath} on this host: ${deployPath} cannot be made: mkdir: cannot create directory '${dir}/closed': Permission denied. As root: install -d -o nobody -m 0755 ${deployPath}`,
  });
});

test("a manifest on the host holds what was sent", async (t) => {
  const { dir, deployPath } = start(t);
  const source = writeTree(join(dir, "tiny"), {
    "b/empty": { dir: true },
    "a.txt": "",
    run: { executable: "" },
    l: { link: "a.txt" },
  });
  await stageRelease(shellTransport(), planFor(deployPath, { source }), quiet);
  const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const body = `f ${empty} ./a.txt\0x ${empty} ./run\0l ./l//a.txt\0d ./b/empty\0`;
  const digest = createHash("sha256").update(body).digest("hex");
  assert.deepEqual(manifestOn(deployPath, "1"), {
    header: `site-release-manifest 1 files=3 bytes=0 digest=${digest}`,
    body,
  });
});
