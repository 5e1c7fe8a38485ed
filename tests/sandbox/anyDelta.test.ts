import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import { inspectRelease } from "../../provider/release/inspect.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { contentsIn, everythingIn } from "../support/releaseOnDisk.ts";
import { ownCache, planFor, type Tree, temporaryDir, writeTree } from "../support/releaseTree.ts";
import { shellTransport } from "../support/shellTransport.ts";

ownCache();

type What = Tree[string];
type Entry = readonly [path: string, what: What];

const names = [
  "a",
  "with space",
  "line\nend",
  "quote'\"`$(id)",
  "back\\slash",
  "-f",
  "caf\xc3\xa9",
  "\xff\xfe",
  "[x]*?",
  "\x01",
];
// Some are of one size: what tells them apart is neither the name nor the size.
const texts = ["", "one", "two", "<?php\n", "x".repeat(5000), "y".repeat(5000)];

const name = fc.constantFrom(...names);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const text = fc.constantFrom(...texts);
const what: fc.Arbitrary<What> = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 2, arbitrary: text.map((executable) => ({ executable })) },
  // A name of the pool, or of nothing: a link may lead to a file, a directory, itself or nowhere.
  { weight: 1, arbitrary: fc.oneof(name, fc.constant("no where\n")).map((link) => ({ link })) },
  { weight: 1, arbitrary: fc.constant<What>({ dir: true }) },
);
const entries = (maxLength: number): fc.Arbitrary<Entry[]> => fc.array(fc.tuple(path, what), { maxLength });

/** Of entries that cannot be together (a file and what lies below it) the later one is there. */
function treeOf(entries: readonly Entry[]): Tree {
  const tree = new Map<string, What>();
  for (const [path, what] of entries) {
    for (const other of tree.keys())
      if (`${path}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${path}/`)) tree.delete(other);
    tree.set(path, what);
  }
  return Object.fromEntries(tree);
}

/** Two versions of a site: what the second has not kept, or has otherwise, is removed, changed, or of another kind. */
const versions = fc
  .record({ first: entries(25), kept: fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }), edits: entries(8) })
  .map(({ first, kept, edits }) => {
    const one = treeOf(first);
    const two = treeOf([...Object.entries(one).filter((_, index) => kept[index]), ...edits]);
    const page = { "public/index.php": "<?php\n" };
    return { one: { ...page, ...one }, two: { ...page, ...two } };
  });

/** What nginx makes an ETag of, for each content in any of a site's releases. */
function timesByContent(releases: string): Map<string, Set<string>> {
  const told = (script: string) =>
    execFileSync("sh", ["-c", script], { cwd: releases, encoding: "latin1" }).split("\0").slice(0, -1);
  const tags = told("find . -type f -printf '%s-%T@\\0'");
  const digests = told("find . -type f -print0 | xargs -0 sha256sum -z");
  const seen = new Map<string, Set<string>>();
  for (const [index, line] of digests.entries()) {
    const digest = line.slice(0, 64);
    seen.set(digest, (seen.get(digest) ?? new Set()).add(tags[index] ?? ""));
  }
  return seen;
}

test("whatever changes from one version to the next, each release is its source, and the ones before it stay as they are", async (t) => {
  const dir = temporaryDir(t);
  const dedupe = fc.constantFrom<"hardlink" | "copy">("hardlink", "hardlink", "copy");
  let count = 0;
  const property = fc.asyncProperty(versions, fc.tuple(dedupe, dedupe, dedupe), async ({ one, two }, dedupes) => {
    const place = join(dir, String(count++));
    const [deployPath, releases] = [join(place, "site"), join(place, "site/releases")];
    const sources = { one: writeTree(join(place, "one"), one), two: writeTree(join(place, "two"), two) };
    // The third is the first again, from a base that is the second.
    const wanted = [sources.one, sources.two, sources.one];
    const before: string[][] = [];
    for (const [index, source] of wanted.entries()) {
      const version = String(index + 1);
      const plan = planFor(deployPath, { version, source, dedupe: dedupes[index] ?? "hardlink" });
      const { status, releaseDigest } = await stageRelease(shellTransport(), plan, () => {});
      assert.equal(status, "uploaded");
      assert.deepEqual(contentsIn(join(releases, version)), contentsIn(source));
      for (const [earlier, listing] of before.entries())
        assert.deepEqual(everythingIn(join(releases, String(earlier + 1))), listing);
      before.push(everythingIn(join(releases, version)));
      const { state, digest } = await inspectRelease(shellTransport(), { deployPath, version });
      assert.deepEqual([state, digest], ["complete", releaseDigest]);
    }
    // An application that writes into its own file would write into all releases that share it.
    const sharedAndWritable = execFileSync("find", [releases, "-type", "f", "-links", "+1", "-perm", "/222"]);
    assert.equal(sharedAndWritable.toString("latin1"), "");
    const times = [...timesByContent(releases).values()];
    assert.ok(
      times.every((tags) => tags.size === 1),
      "one content has one time",
    );
    assert.equal(new Set(times.flatMap((tags) => [...tags])).size, times.length, "no two contents share size and time");
  });
  // About a second of a processor each.
  await fc.assert(property, { numRuns: 20 });
});
