import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { digestSource } from "../../../provider/release/digest.ts";
import { nothingShared } from "../../../provider/release/shared.ts";
import { ownCache, smallSite, type Tree, temporaryDir, writeTree } from "../../support/releaseTree.ts";
import { zipMembers, zipOf } from "../../support/zip.ts";

ownCache();

const atHome: Tree = {
  ".git/config": "[core]\n",
  "node_modules/a/index.js": "1",
  "public/assets/node_modules/b.js": "2",
  "tests/unit/AppTest.php": "<?php",
  "caf\xc3\xa9.log": "3",
  "not utf-8 \xff.log": "4",
  "line\nend.log": "5",
};
const kept: Tree = {
  ...smallSite,
  "src/tests/Kept.php": "<?php",
  "keep.log": "6",
  "A.LOG": "7",
  "public/assets/a.css": "",
};
const patterns = ["# what a build leaves", "node_modules/", "/tests", ".git", "*.log", "!keep.log"];

async function digestOf(path: string, exclude: readonly string[]): Promise<string> {
  return (await digestSource(path, nothingShared, exclude)).digest;
}

test("excluded paths are no part of the digest, in a directory and in every archive", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), { ...kept, ...atHome });
  const { digest, files } = await digestSource(writeTree(join(dir, "kept"), kept));
  execFileSync("tar", ["-C", source, "-cf", join(dir, "a.tar"), "."]);
  writeFileSync(join(dir, "a.zip"), zipOf(zipMembers(source)));
  for (const name of ["source", "a.tar", "a.zip"]) {
    const found = await digestSource(join(dir, name), nothingShared, patterns);
    assert.deepEqual([name, found.digest, found.files], [name, digest, files]);
  }
});

test("an archive that was digested is digested again when the patterns change", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), { ...kept, ...atHome });
  const archive = join(dir, "a.tar");
  execFileSync("tar", ["-C", source, "-cf", archive, "."]);
  const digests = [await digestOf(archive, []), await digestOf(archive, ["*.log"]), await digestOf(archive, [])];
  assert.equal(digests[0], digests[2]);
  assert.notEqual(digests[0], digests[1]);
  assert.equal(digests[1], await digestOf(source, ["*.log"]));
});

test("a file below an excluded directory cannot be taken back, as with git", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(dir, { "a/keep": "1", "b/keep": "2", "b/x": "3" });
  const expected = await digestSource(writeTree(join(temporaryDir(t), "b"), { "b/keep": "2" }));
  assert.equal(await digestOf(source, ["a/", "!a/keep", "b/*", "!b/keep"]), expected.digest);
});

test("a directory whose whole content is excluded stays, empty", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), { f: "x", "var/log/a.log": "1" });
  const expected = await digestOf(writeTree(join(dir, "expected"), { f: "x", "var/log": { dir: true } }), []);
  assert.equal(await digestOf(source, ["*.log"]), expected);
});

test("what a release cannot hold may be excluded", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), { f: "x", leaving: { link: "/etc/passwd" } });
  execFileSync("mkfifo", [join(source, "run.fifo")]);
  const server = createServer().listen(join(source, "run.sock"));
  t.after(() => server.close());
  assert.equal(await digestOf(source, ["run.*", "leaving"]), await digestOf(writeTree(join(dir, "b"), { f: "x" }), []));
});
