import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import { inspectRelease } from "../../provider/release/inspect.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { type LocalShell, localTransport } from "../support/localTransport.ts";
import { oddTree, ownCache, planFor, temporaryDir, writeTree } from "../support/releaseTree.ts";

ownCache();

/** Programs of BusyBox instead of GNU's, and flock, which Debian's lacks. */
function busyboxPrograms(dir: string): string {
  mkdirSync(dir);
  execFileSync("busybox", ["--install", "-s", dir]);
  return dir;
}

const shells: Record<string, (dir: string) => LocalShell> = {
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
    const transport = localTransport(shellIn(dir));
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
    assert.equal(statSync(join(result.releaseDir, "bin/console")).mode & 0o7777, 0o755);
    assert.equal(statSync(join(result.releaseDir, "public/index.php")).mode & 0o7777, 0o644);
    assert.equal(
      readFileSync(join(own, "manifests/1"), "latin1").split("\n", 1)[0],
      `site-release-manifest 1 files=${files} bytes=${bytes} digest=${digest}`,
    );
    assert.deepEqual(await inspectRelease(transport, { deployPath, version: "1" }), {
      state: "complete",
      digest,
      files,
      bytes,
    });
    assert.deepEqual([said[0], said.at(-1)], ["uploading", "putting in place"]);
  });
