import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { zstdCompressSync } from "node:zlib";
import { digestSource } from "../../provider/release/digest.ts";
import { inspectRelease } from "../../provider/release/inspect.ts";
import { removeReleases } from "../../provider/release/remove.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { busyboxPrograms } from "../support/oldReleases.ts";
import {
  manifestOn,
  oddTree,
  ownCache,
  planFor,
  smallSite,
  temporaryDir,
  trashEmptied,
  writeTree,
} from "../support/releaseTree.ts";
import { type ShellOptions, shellTransport } from "../support/shellTransport.ts";
import { zipMembers, zipOf } from "../support/zip.ts";

ownCache();

const shells: Record<string, (dir: string) => ShellOptions> = {
  sh: () => ({}),
  dash: () => ({ shell: "dash" }),
  "bash --posix": () => ({ shell: "bash --posix" }),
  "BusyBox with its own programs": (dir) => ({ shell: "busybox sh", programs: busyboxPrograms(join(dir, "programs")) }),
};

for (const [name, shellIn] of Object.entries(shells))
  test(`a release with every odd name arrives exactly, by ${name}`, async (t) => {
    const dir = temporaryDir(t);
    const source = writeTree(join(dir, "source"), oddTree);
    const deployPath = join(dir, "site");
    const transport = shellTransport(shellIn(dir));
    const said: string[] = [];
    const result = await stageRelease(transport, planFor(deployPath, { source }), (status) => said.push(status));
    const { digest, files, bytes } = await digestSource(source);
    assert.deepEqual(
      [result.status, result.releaseDir, result.releaseDigest, result.files, result.bytes, result.warnings],
      ["uploaded", `${deployPath}/releases/1`, digest, files, bytes, []],
    );
    assert.equal((await digestSource(result.releaseDir)).digest, digest);
    assert.equal(execFileSync("diff", ["-r", "--no-dereference", source, result.releaseDir]).toString(), "");
    const own = join(deployPath, ".site-release");
    assert.equal(
      execFileSync("ls", [join(own, "staging"), join(own, "manifests")]).toString(),
      `${own}/manifests:\n1\n\n${own}/staging:\n`,
    );
    assert.equal(statSync(join(result.releaseDir, "bin/console")).mode & 0o7777, 0o555);
    assert.equal(statSync(join(result.releaseDir, "public/index.php")).mode & 0o7777, 0o444);
    assert.equal(
      manifestOn(deployPath, "1").header,
      `site-release-manifest 1 files=${files} bytes=${bytes} digest=${digest}`,
    );
    assert.deepEqual(await inspectRelease(transport, { deployPath, version: "1" }), {
      state: "complete",
      digest,
      files,
      bytes,
    });
    assert.deepEqual(
      [said[0], said.at(-1)],
      ["uploading", `uploaded 1, ${(result.sentBytes / 1000).toFixed(1)} kB sent`],
    );

    // The same directory, as if CI had put it there: the host alone comes to the same manifest.
    execFileSync("cp", ["-a", result.releaseDir, `${deployPath}/releases/2`]);
    const adopted = await stageRelease(transport, planFor(deployPath, { version: "2" }), () => {});
    assert.deepEqual([adopted.status, adopted.releaseDigest], ["adopted", digest]);
    writeFileSync(join(own, "owner"), '{"id":"mine"}\n');
    writeFileSync(join(deployPath, "include"), `set $root_dir ${deployPath}/releases/2/public;\n`);
    const plan = { deployPath, includePath: join(deployPath, "include"), ownerIds: ["mine"], previous: [] };
    const { removed, stays } = await removeReleases(transport, plan);
    assert.deepEqual([removed, stays], [["1"], ["2: it is live"]]);
    await trashEmptied(deployPath);
  });

const archives: Record<string, (source: string, archive: string) => void> = {
  "a.tar.gz": (source, archive) => void execFileSync("tar", ["-C", source, "-czf", archive, "."]),
  "a.tar.zst": (source, archive) => {
    execFileSync("tar", ["-C", source, "-cf", `${archive}.tar`, "."]);
    writeFileSync(archive, zstdCompressSync(readFileSync(`${archive}.tar`)));
  },
  "a.zip": (source, archive) => writeFileSync(archive, zipOf(zipMembers(source))),
};

for (const [name, make] of Object.entries(archives))
  test(`${name} with hard links and every odd name arrives as its directory would`, async (t) => {
    const dir = temporaryDir(t);
    const source = writeTree(join(dir, "source"), oddTree);
    linkSync(join(source, "big"), join(source, "big too"));
    const archive = join(dir, name);
    make(source, archive);
    const { digest } = await digestSource(source);
    const plan = planFor(join(dir, "site"), { source: archive, sourceDigest: digest });
    const { status, releaseDigest, releaseDir } = await stageRelease(shellTransport(), plan, () => {});
    assert.deepEqual([status, releaseDigest], ["uploaded", digest]);
    assert.equal(execFileSync("diff", ["-r", "--no-dereference", source, releaseDir]).toString(), "");
  });

test("excluded paths are not sent", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), { ...smallSite, "node_modules/a/index.js": "1", "notes.md": "2" });
  const plan = planFor(join(dir, "site"), { source, exclude: ["node_modules", "*.md"] });
  const { releaseDir } = await stageRelease(shellTransport(), plan, () => {});
  const expected = writeTree(join(dir, "expected"), smallSite);
  assert.equal(execFileSync("diff", ["-r", "--no-dereference", expected, releaseDir]).toString(), "");
});
