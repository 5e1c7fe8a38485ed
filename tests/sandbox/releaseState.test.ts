import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { inspectRelease } from "../../provider/release/inspect.ts";
import { removeReleases } from "../../provider/release/remove.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { startOf } from "../support/oldReleases.ts";
import { ownCache, planFor, smallSite, temporaryDir, trashEmptied, writeTree } from "../support/releaseTree.ts";
import { shellTransport } from "../support/shellTransport.ts";

ownCache();

async function siteWith(t: TestContext, versions: readonly string[]): Promise<string> {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), smallSite);
  for (const version of versions)
    await stageRelease(shellTransport(), planFor(join(dir, "site"), { source, version }), () => {});
  return join(dir, "site");
}

const changes: Record<string, [(release: string) => void, string]> = {
  "is as it was sent": [() => {}, "complete"],
  "got files of the application's own": [
    (release) => writeTree(release, { "var/cache/new": "x", another: { dir: true } }),
    "complete",
  ],
  "has a changed file": [(release) => appendFileSync(join(release, "public/app.css"), "x"), "changed: public/app.css"],
  "lost a file and an empty directory": [
    (release) => {
      rmSync(join(release, "vendor/autoload.php"));
      rmSync(join(release, "var/cache"), { recursive: true });
    },
    "changed: var/cache",
  ],
  "lost an executable bit": [(release) => chmodSync(join(release, "bin/console"), 0o644), "changed: bin/console"],
  "is gone": [(release) => rmSync(release, { recursive: true }), "missing"],
};

for (const [name, [change, state]] of Object.entries(changes))
  test(`the state of a release that ${name} is "${state}"`, async (t) => {
    const deployPath = await siteWith(t, ["1"]);
    change(join(deployPath, "releases/1"));
    assert.equal((await inspectRelease(shellTransport(), { deployPath, version: "1" })).state, state);
  });

test("a manifest that is damaged vouches for nothing", async (t) => {
  const deployPath = await siteWith(t, ["1"]);
  const manifest = join(deployPath, ".site-release/manifests/1");
  truncateSync(manifest, statSync(manifest).size - 20);
  const { state } = await inspectRelease(shellTransport(), { deployPath, version: "1" });
  assert.equal(state, "changed: its manifest");
  await assert.rejects(
    stageRelease(shellTransport(), planFor(deployPath, { version: "1" }), () => {}),
    { reason: "release-changed" },
  );
});

test("the state of a directory without a manifest is unfinished, and the owner is told", async (t) => {
  const deployPath = await siteWith(t, ["1"]);
  mkdirSync(join(deployPath, "releases/2"));
  writeFileSync(join(deployPath, ".site-release/owner"), '{"id":"abc"}\n');
  assert.deepEqual(await inspectRelease(shellTransport(), { deployPath, version: "2" }), {
    state: "unfinished",
    owner: '{"id":"abc"}',
  });
});

test("only releases that nothing serves are removed, and the others are named with the reason", async (t) => {
  const deployPath = await siteWith(t, ["1", "2", "3", "4", "5", "6"]);
  const includePath = join(deployPath, "root_dir.nginx.conf");
  writeFileSync(includePath, `set $root_dir ${deployPath}/releases/3/public;\n`);
  symlinkSync("releases/4", join(deployPath, "current"));
  writeTree(join(deployPath, "releases/foreign"), smallSite);
  writeFileSync(
    join(deployPath, ".site-release/owner"),
    '{"id":"mine","stack":"prod","resource":"site","since":"x"}\n',
  );
  writeFileSync(
    join(deployPath, ".site-release/journal.jsonl"),
    [
      `{"step":"draining","version":"5","workers":"4194305:7 ${process.pid}:${startOf(process.pid)}"}`,
      // Both are over: there is no process of the one number, and the other belongs to somebody else by now.
      `{"step":"draining","version":"1","workers":"4194305:7 ${process.pid}:7"}`,
      '{"step":"drained","version":"6"}',
      '{"step":"committed","from":"2","to":"3"}',
      '{"step":"dra',
    ].join("\n"),
  );
  const plan = { deployPath, includePath, ownerIds: ["other", "mine"] };
  const { removed, stays } = await removeReleases(shellTransport(), plan);
  assert.deepEqual(removed, ["1", "6"]);
  assert.deepEqual(stays, [
    "2: it is what one can go back to",
    "3: it is live",
    "4: current points at it",
    "5: requests that began before it was left may still use it",
    "foreign: this package has no manifest of it",
  ]);
  assert.deepEqual(readdirSync(join(deployPath, "releases")), ["2", "3", "4", "5", "foreign"]);
  assert.deepEqual(readdirSync(join(deployPath, ".site-release/manifests")), ["2", "3", "4", "5"]);
  await trashEmptied(deployPath);
});

test("nothing is removed from a site of another owner, of none, or without a readable include", async (t) => {
  const deployPath = await siteWith(t, ["1"]);
  const includePath = join(deployPath, "root_dir.nginx.conf");
  const plan = { deployPath, includePath, ownerIds: ["mine"] };
  assert.deepEqual(await removeReleases(shellTransport(), plan), {
    removed: [],
    stays: [`all releases of ${deployPath}: the site is not this resource's`],
  });
  writeFileSync(join(deployPath, ".site-release/owner"), '{ "id": "theirs" }\n');
  assert.deepEqual(await removeReleases(shellTransport(), plan), {
    removed: [],
    stays: [`all releases of ${deployPath}: the site is not this resource's`],
    owner: '{ "id": "theirs" }',
  });
  assert.deepEqual((await removeReleases(shellTransport(), { ...plan, ownerIds: ["theirs"] })).stays, [
    `all releases of ${deployPath}: ${includePath} does not say which of them is live`,
  ]);
  assert.deepEqual(readdirSync(join(deployPath, "releases")), ["1"]);
});
