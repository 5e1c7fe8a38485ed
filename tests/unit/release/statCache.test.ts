import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { digestSource } from "../../../provider/release/digest.ts";
import { StatCache } from "../../../provider/release/statCache.ts";
import { smallSite, temporaryDir, writeTree } from "../../support/releaseTree.ts";

function cacheIn(t: TestContext): string {
  const before = process.env.XDG_CACHE_HOME;
  t.after(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  });
  process.env.XDG_CACHE_HOME = temporaryDir(t);
  return join(process.env.XDG_CACHE_HOME, "pulumi-site-release", "digests");
}

const settled = { key: "1:2:3:4:5", changed: Date.now() - 60_000 };

test("what was learned of a settled file is known the next time, and forgotten when it was not used", async (t) => {
  cacheIn(t);
  const first = await StatCache.open("/a");
  first.set(settled, "digest");
  await first.save();
  const second = await StatCache.open("/a");
  assert.deepEqual([second.get(settled), (await StatCache.open("/b")).get(settled)], ["digest", undefined]);
  const third = await StatCache.open("/a");
  await third.save();
  assert.equal((await StatCache.open("/a")).get(settled), undefined);
});

test("nothing is kept of a file that changed less than 2 s ago", async (t) => {
  const dir = cacheIn(t);
  const cache = await StatCache.open("/a");
  cache.set({ key: "k", changed: Date.now() - 1000 }, "digest");
  await cache.save();
  assert.throws(() => readdirSync(dir), { code: "ENOENT" });
});

for (const damage of [
  "",
  "{",
  "pulumi-site-release digests 1\n1:2:3:4:5\tdigest\nend\n",
  "pulumi-site-release digests 2\n1:2:3:4:5\tdigest\n",
  "pulumi-site-release digests 2\n1:2:3:4:5 digest\nend\n",
])
  test(`a cache that holds ${JSON.stringify(damage)} counts as empty`, async (t) => {
    const dir = cacheIn(t);
    const cache = await StatCache.open("/a");
    cache.set(settled, "digest");
    await cache.save();
    const [name = ""] = readdirSync(dir);
    writeFileSync(join(dir, name), damage);
    assert.equal((await StatCache.open("/a")).get(settled), undefined);
  });

test("a cache that cannot be written does no harm", async (t) => {
  const dir = cacheIn(t);
  mkdirSync(dirname(dir));
  writeFileSync(dir, "a file in its place");
  const source = writeTree(join(temporaryDir(t), "source"), smallSite);
  assert.equal((await digestSource(source)).files, 4);
});

test("caches that nobody wrote for a month go with the next save", async (t) => {
  const dir = cacheIn(t);
  mkdirSync(dir, { recursive: true });
  const old = Date.now() / 1000 - 31 * 24 * 3600;
  writeFileSync(join(dir, "old.json"), "{}");
  utimesSync(join(dir, "old.json"), old, old);
  const cache = await StatCache.open("/a");
  cache.set(settled, "digest");
  await cache.save();
  assert.deepEqual([readdirSync(dir).includes("old.json"), readdirSync(dir).length], [false, 1]);
});

test("a digest comes from the cache while a file's stat stays the same, and from the file when it does not", async (t) => {
  const dir = cacheIn(t);
  const source = writeTree(join(temporaryDir(t), "source"), { "a.txt": "one" });
  const { digest } = await digestSource(source);
  const cache = await StatCache.open(source);
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(join(source, "a.txt"), { bigint: true });
  cache.set({ key: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`, changed: 0 }, "f".repeat(64));
  await cache.save();
  assert.match(readFileSync(join(dir, readdirSync(dir)[0] ?? ""), "utf8"), /f{64}/);
  assert.notEqual((await digestSource(source)).digest, digest);
  writeFileSync(join(source, "a.txt"), "one");
  assert.equal((await digestSource(source)).digest, digest);
});
