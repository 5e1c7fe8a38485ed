import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import type { ReleasePlan, ReleaseResult } from "../../provider/release/plan.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { oddTree, ownCache, planFor, type Tree, temporaryDir, writeTree } from "../support/releaseTree.ts";
import { cutAfter, shellTransport } from "../support/shellTransport.ts";

ownCache();

// Content that does not pack: a byte of it is a byte on the wire.
const FILES = 200;
const FILE_BYTES = 6000;
const content = Object.fromEntries(
  Array.from({ length: FILES }, (_, index) => [
    `src/${index % 7}/${index}.php`,
    randomBytes(FILE_BYTES / 2).toString("hex"),
  ]),
);
/** What a run may send again or besides: the file that was cut, what was packed with it, and directories, links and lists. */
const AGAIN = 3 * FILE_BYTES + 60_000;

interface Scene {
  readonly deployPath: string;
  readonly source: string;
  /** Resolves when the host's part has ended too. */
  stage(plan?: Partial<ReleasePlan>): Promise<ReleaseResult>;
  cut(bytes: number, plan?: Partial<ReleasePlan>): Promise<void>;
}

function scene(t: TestContext): Scene {
  const dir = temporaryDir(t);
  const deployPath = join(dir, "site");
  const source = writeTree(join(dir, "source"), { ...oddTree, ...content } as Tree);
  const plan = (changes: Partial<ReleasePlan> = {}) => planFor(deployPath, { source, ...changes });
  return {
    deployPath,
    source,
    stage: (changes) => stageRelease(shellTransport(), plan(changes), () => {}),
    cut: async (bytes, changes) => {
      const ended: Promise<unknown>[] = [];
      const transport = shellTransport({ onStart: (child) => ended.push(once(child, "close")) });
      await assert.rejects(
        stageRelease(cutAfter(transport, bytes), plan(changes), () => {}),
        {
          reason: "upload-cut",
        },
      );
      await Promise.all(ended);
    },
  };
}

const staging = (deployPath: string): string => join(deployPath, ".site-release/staging");

/** The directory of what the last cut upload left. */
function restOf(deployPath: string): string {
  const [name = "", ...more] = readdirSync(staging(deployPath));
  assert.deepEqual(more, []);
  return join(staging(deployPath), name, "release");
}

async function isWhole({ deployPath, source }: Scene, version = "1"): Promise<void> {
  assert.deepEqual(await digestSource(join(deployPath, "releases", version)), await digestSource(source));
  assert.deepEqual(readdirSync(staging(deployPath)), []);
}

test("an upload that is cut at any of 20 random bytes goes on from there", async (t) => {
  const whole = (await scene(t).stage()).sentBytes;
  for (let run = 0; run < 20; run++) {
    const at = scene(t);
    const bytes = randomInt(1, whole);
    await t.test(`after ${bytes} of ${whole}`, async () => {
      await at.cut(bytes);
      const { status, sentBytes } = await at.stage();
      assert.equal(status, "uploaded");
      assert.ok(sentBytes <= whole - bytes + AGAIN, `${sentBytes} more bytes`);
      await isWhole(at);
    });
  }
});

test("the error says that what arrived is kept", async (t) => {
  const at = scene(t);
  await assert.rejects(
    stageRelease(cutAfter(shellTransport(), 400_000), planFor(at.deployPath, { source: at.source }), () => {}),
    {
      message: `Cannot put release 1 into ${at.deployPath} on this host: the upload ended before the release was whole; what had arrived is kept, and the next run with the same source goes on from there`,
    },
  );
});

test("an upload that is cut again and again arrives, beside files of the base", async (t) => {
  const at = scene(t);
  await at.stage();
  writeTree(
    at.source,
    Object.fromEntries(
      Object.keys(content)
        .slice(0, 100)
        .map((path) => [path, randomBytes(3000).toString("hex")]),
    ),
  );
  const all = (await at.stage({ version: "all" })).sentBytes;
  rmSync(join(at.deployPath, "releases/all"), { recursive: true });
  for (const part of [1, 2, 3]) await at.cut(80_000 + part, { version: "2" });
  const { sentBytes } = await at.stage({ version: "2" });
  assert.ok(sentBytes < all - 150_000, `${sentBytes} of ${all}`);
  await isWhole(at, "2");
  const path = Object.keys(content).at(-1) ?? "";
  const [one, two] = ["1", "2"].map((version) => statSync(join(at.deployPath, "releases", version, path)));
  assert.equal(one?.ino, two?.ino);
});

test("a run that is killed on the host leaves what the next one goes on from", async (t) => {
  const at = scene(t);
  const whole = (await scene(t).stage()).sentBytes;
  const ended: Promise<unknown>[] = [];
  const transport = shellTransport({
    onStart: (child) => {
      ended.push(once(child, "close"));
      const seen = setInterval(() => {
        const there = existsSync(staging(at.deployPath))
          ? readdirSync(staging(at.deployPath), { recursive: true })
          : [];
        if (there.length < 100) return;
        clearInterval(seen);
        child.kill("SIGKILL");
      }, 5);
      child.once("close", () => clearInterval(seen));
    },
  });
  // It would wait for the rest: the killed one is not cut off by its own words.
  await assert.rejects(
    stageRelease(cutAfter(transport, 600_000), planFor(at.deployPath, { source: at.source }), () => {}),
  );
  await Promise.all(ended);
  const { sentBytes } = await at.stage();
  assert.ok(sentBytes < whole - 200_000, `${sentBytes} of ${whole}`);
  await isWhole(at);
});

test("what was cut is cleared by a run that sends something else, or with other modes", async (t) => {
  const at = scene(t);
  const { sentBytes: whole } = await scene(t).stage();
  await at.cut(400_000);
  assert.ok(readdirSync(join(restOf(at.deployPath), "src")).length > 0);
  const { sentBytes } = await at.stage({ fileMode: "0640" });
  assert.ok(sentBytes > whole - 1000, `${sentBytes} of ${whole}`);
  assert.equal(statSync(join(at.deployPath, "releases/1/src/0/0.php")).mode & 0o777, 0o440);
  writeTree(at.source, {
    "new/1": randomBytes(100_000).toString("hex"),
    "new/2": randomBytes(100_000).toString("hex"),
  });
  await at.cut(150_000, { version: "2" });
  assert.deepEqual(readdirSync(join(restOf(at.deployPath), "new")), ["1", "2"]);
  await at.stage({ version: "2", exclude: ["src/0/"] });
  assert.deepEqual(readdirSync(staging(at.deployPath)), []);
});

test("what was cut is cleared by a run that finds its version on the host", async (t) => {
  const at = scene(t);
  await at.stage();
  await at.cut(1000, { version: "2", dedupe: "copy", exclude: ["src/1/"] });
  assert.equal((await at.stage()).status, "reused");
  assert.deepEqual(readdirSync(staging(at.deployPath)), []);
});

test("a file that was changed among what was cut is found, by name, and not used again", async (t) => {
  const at = scene(t);
  await at.cut(500_000);
  const [name = ""] = readdirSync(join(restOf(at.deployPath), "src/0"));
  const place = join(restOf(at.deployPath), "src/0", name);
  const { mtime, size } = statSync(place);
  rmSync(place);
  writeFileSync(place, "x".repeat(size), { mode: 0o444 });
  utimesSync(place, mtime, mtime);
  await assert.rejects(at.stage(), {
    reason: "upload-broken",
    message: `Cannot put release 1 into ${at.deployPath} on this host: the release did not arrive as it was sent: src/0/${name} is not what was sent; what had arrived was removed`,
  });
  await at.stage();
  await isWhole(at);
  assert.equal(readFileSync(join(at.deployPath, "releases/1/src/0", name), "latin1"), content[`src/0/${name}`]);
});

test("of two runs at once that send what was cut, one goes on and the other sends all; one of them wins", async (t) => {
  const at = scene(t);
  await at.cut(400_000);
  const results = await Promise.all([at.stage(), at.stage()]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ["reused", "uploaded"]);
  await isWhole(at);
});

test("what another login's upload left is no use", {
  skip: process.getuid?.() !== 0 && "needs two users",
}, async (t) => {
  const at = scene(t);
  await at.cut(400_000);
  execFileSync("chown", ["-R", "65534:65534", join(restOf(at.deployPath), "..")]);
  const { status } = await at.stage();
  assert.equal(status, "uploaded");
  await isWhole(at);
});
