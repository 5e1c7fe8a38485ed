import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { ownCache, planFor, smallSite, type Tree, temporaryDir, writeTree } from "../support/releaseTree.ts";
import { shellTransport } from "../support/shellTransport.ts";

ownCache();
const quiet = (): void => {};

test("a directory that CI put there is adopted once, and is complete from then on", async (t) => {
  const deployPath = temporaryDir(t);
  const release = writeTree(join(deployPath, "releases/1"), smallSite);
  const adopted = await stageRelease(shellTransport(), planFor(deployPath), quiet);
  const { digest, files, bytes } = await digestSource(release);
  assert.deepEqual(
    [adopted.status, adopted.releaseDigest, adopted.files, adopted.bytes, adopted.sentBytes],
    ["adopted", digest, files, bytes, 0],
  );
  assert.equal((await stageRelease(shellTransport(), planFor(deployPath), quiet)).status, "reused");
});

test("a site whose public directory is the release itself may have index.html", async (t) => {
  const deployPath = temporaryDir(t);
  writeTree(join(deployPath, "releases/1"), { "index.html": "hello" });
  const { status } = await stageRelease(shellTransport(), planFor(deployPath, { publicDir: "." }), quiet);
  assert.equal(status, "adopted");
});

test("a release of Capistrano's is adopted: its links are absolute, and its name is a time", async (t) => {
  const deployPath = temporaryDir(t);
  const version = "20261129101112";
  writeTree(deployPath, {
    "shared/.env": "APP=prod",
    "shared/storage/logs": { dir: true },
    "repo/HEAD": "",
    "revisions.log": "",
  });
  const links = Object.fromEntries(["storage", ".env"].map((path) => [path, { link: `${deployPath}/shared/${path}` }]));
  const release = writeTree(join(deployPath, "releases", version), { ...smallSite, REVISION: "1f0c2d3\n", ...links });
  symlinkSync(release, join(deployPath, "current"));
  const plan = { ...planFor(deployPath, { sharedDirs: ["storage"], sharedFiles: [".env"] }), version };
  assert.equal((await stageRelease(shellTransport(), plan, quiet)).status, "adopted");
  assert.deepEqual(readdirSync(deployPath).sort(), [
    ...[".site-release", "current", "releases", "repo", "revisions.log", "shared"],
  ]);
});

const unfinished: Record<string, [Tree, string]> = {
  "has no public directory": [{ "index.php": "" }, "it has no directory public"],
  "has no front controller": [{ "public/app.css": "" }, "there is neither index.php nor index.html in public"],
};

for (const [name, [tree, why]] of Object.entries(unfinished))
  test(`a directory that ${name} is not adopted`, async (t) => {
    const deployPath = temporaryDir(t);
    writeTree(join(deployPath, "releases/1"), tree);
    await assert.rejects(stageRelease(shellTransport(), planFor(deployPath), quiet), {
      reason: "release-unfinished",
      message: `Cannot put release 1 into ${deployPath} on this host: ${deployPath}/releases/1 is not complete: ${why}. Wait until it is filled and run again; best fill a directory beside it and rename it into place`,
    });
    assert.deepEqual(readdirSync(join(deployPath, ".site-release/manifests")), []);
  });

test("a directory that still changes is not adopted", async (t) => {
  const deployPath = temporaryDir(t);
  const release = writeTree(join(deployPath, "releases/1"), smallSite);
  const growing = setInterval(() => appendFileSync(join(release, "public/app.css"), "x"), 300);
  try {
    await assert.rejects(stageRelease(shellTransport(), planFor(deployPath), quiet), {
      reason: "release-unfinished",
      message: `Cannot put release 1 into ${deployPath} on this host: ${release} is not complete: it changed while it was watched for 2 s. Wait until it is filled and run again; best fill a directory beside it and rename it into place`,
    });
  } finally {
    clearInterval(growing);
  }
  assert.deepEqual(readdirSync(join(deployPath, ".site-release/staging")), []);
});

test("a directory is not adopted while Deployer works, and is when Deployer hands it over", async (t) => {
  const deployPath = temporaryDir(t);
  writeTree(join(deployPath, "releases/1"), smallSite);
  writeTree(deployPath, { ".dep/deploy.lock": "alice" });
  await assert.rejects(stageRelease(shellTransport(), planFor(deployPath), quiet), (error: Error) => {
    assert.match(
      error.message,
      /Deployer holds \S+\/\.dep\/deploy\.lock \(alice, since 20[^)]+\), so \S+\/releases\/1 may not be complete\. Wait until it ends; if it was interrupted: dep deploy:unlock$/,
    );
    return true;
  });
  symlinkSync("releases/1", join(deployPath, "release"));
  assert.equal((await stageRelease(shellTransport(), planFor(deployPath), quiet)).status, "adopted");
  assert.equal(existsSync(join(deployPath, ".dep/deploy.lock")), true);
});

test("a release that is a link is refused", async (t) => {
  const deployPath = temporaryDir(t);
  writeTree(join(deployPath, "builds/1"), smallSite);
  mkdirSync(join(deployPath, "releases"));
  symlinkSync("../builds/1", join(deployPath, "releases/1"));
  await assert.rejects(stageRelease(shellTransport(), planFor(deployPath), quiet), { reason: "release-link" });
});

test("a shared file that does not exist is named before anything is sent", async (t) => {
  const dir = temporaryDir(t);
  const deployPath = join(dir, "site");
  const source = writeTree(join(dir, "source"), smallSite);
  const plan = planFor(deployPath, { source, sharedFiles: [".env", "config/local.php"] });
  await assert.rejects(stageRelease(shellTransport(), plan, quiet), {
    reason: "shared-file-missing",
    message: `Cannot put release 1 into ${deployPath} on this host: these shared files do not exist: ${deployPath}/shared/.env ${deployPath}/shared/config/local.php. Create them on the host, once: they are no part of a release`,
  });
});

test("shared paths become relative links, and the source's own copies are no part of the release", async (t) => {
  const dir = temporaryDir(t);
  const deployPath = join(dir, "site");
  const tree = {
    ...smallSite,
    "storage/logs/app.log": "local",
    "storage/app/x": "local",
    ".env": "SECRET=1",
    "[odd]*/d/f": "",
  };
  const source = writeTree(join(dir, "source"), tree);
  writeTree(join(deployPath, "shared"), {
    ".env": "APP=prod",
    "config/a/local.php": "<?php",
    "storage/logs": { dir: true },
  });
  const plan = planFor(deployPath, {
    source,
    sharedDirs: ["storage/logs", "./storage/app/", "[odd]*/d", "new/deep/dir"],
    sharedFiles: [".env", "config/a/local.php"],
  });
  const result = await stageRelease(shellTransport(), plan, quiet);
  assert.equal(result.releaseDigest, (await digestSource(source, plan)).digest);
  const links = execFileSync("find", [".", "-type", "l", "-printf", "%p %l\n"], {
    cwd: result.releaseDir,
    encoding: "utf8",
  });
  assert.deepEqual(links.trim().split("\n").sort(), [
    "./.env ../../shared/.env",
    "./[odd]*/d ../../../shared/[odd]*/d",
    "./config/a/local.php ../../../../shared/config/a/local.php",
    "./new/deep/dir ../../../../shared/new/deep/dir",
    "./storage/app ../../../shared/storage/app",
    "./storage/logs ../../../shared/storage/logs",
  ]);
  assert.deepEqual(execFileSync("cat", [join(result.releaseDir, ".env")], { encoding: "utf8" }), "APP=prod");
  assert.deepEqual(readdirSync(join(deployPath, "shared/storage/logs")), []);
});

test("an adopted directory keeps its links, and one without a link that is wanted is refused", async (t) => {
  const deployPath = temporaryDir(t);
  const release = writeTree(join(deployPath, "releases/1"), {
    ...smallSite,
    storage: { link: "../../shared/storage" },
  });
  mkdirSync(join(deployPath, "shared/storage"), { recursive: true });
  writeTree(join(deployPath, "releases/2"), { ...smallSite, "storage/x": "its own" });
  const plan = planFor(deployPath, { sharedDirs: ["storage"] });
  assert.equal((await stageRelease(shellTransport(), plan, quiet)).status, "adopted");
  assert.equal(
    (await digestSource(release, plan)).digest,
    (await digestSource(writeTree(join(deployPath, "plain"), smallSite))).digest,
  );
  await assert.rejects(stageRelease(shellTransport(), { ...plan, version: "2" }, quiet), {
    reason: "shared-path",
    message: `Cannot put release 2 into ${deployPath} on this host: ${deployPath}/releases/2/storage is not a link to ${deployPath}/shared/storage, and this release was put there by others. Let them link it (Deployer: shared_dirs, shared_files), or leave it out of sharedDirs and sharedFiles`,
  });
});

test("an older release without a shared path that came later is still reused", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), smallSite);
  const deployPath = join(dir, "site");
  await stageRelease(shellTransport(), planFor(deployPath, { source }), quiet);
  const { status, warnings } = await stageRelease(
    shellTransport(),
    planFor(deployPath, { sharedDirs: ["uploads"] }),
    quiet,
  );
  assert.deepEqual(
    [status, warnings],
    [
      "reused",
      [`${deployPath}/releases/1 was made without the shared path uploads, and stays so; a new version has it`],
    ],
  );
});
