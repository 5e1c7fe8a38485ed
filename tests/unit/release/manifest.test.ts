import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import fc from "fast-check";
import type { Entry } from "../../../provider/release/entry.ts";
import { ManifestBuilder } from "../../../provider/release/manifest.ts";
import { nothingShared, SharedPlaces } from "../../../provider/release/shared.ts";

const [one, two] = ["1".repeat(64), "2".repeat(64)];

function file(path: string, size: number, executable = false): Entry {
  const content = (): AsyncIterable<Uint8Array> => {
    throw new Error("a manifest reads nothing");
  };
  return { kind: executable ? "x" : "f", path, file: { kind: "file", path, size, executable, open: content } };
}

const entries: [Entry, string?][] = [
  [{ kind: "d", path: "b" }],
  [file("b/z", 3), one],
  [file("b-", 4), two],
  [file("run", 5, true), one],
  [{ kind: "name", path: "run2", of: "run" }],
  [{ kind: "l", path: "b/l", target: "../x//y" }],
  [{ kind: "d", path: "empty" }],
  [{ kind: "d", path: "storage" }],
  [{ kind: "d", path: "full" }],
  [{ kind: "d", path: "full/inner" }],
];

function build(all: typeof entries, shared = nothingShared): ReturnType<ManifestBuilder["build"]> {
  const builder = new ManifestBuilder(new SharedPlaces(shared));
  for (const [entry, digest] of all) builder.add(entry, digest);
  return builder.build();
}

test("a manifest is four groups of records, each in the order of its paths' bytes", () => {
  const body = [
    `f ${two} ./b-`,
    `f ${one} ./b/z`,
    `x ${one} ./run`,
    `x ${one} ./run2`,
    "l ./b/l//../x//y",
    "d ./empty",
    "d ./full/inner",
    "d ./storage",
    "",
  ].join("\0");
  const digest = createHash("sha256").update(body).digest("hex");
  const { body: built, ...rest } = build(entries);
  assert.equal(built.toString("latin1"), body);
  assert.deepEqual([rest.digest, rest.files, rest.bytes], [digest, 5, 17]);
  assert.equal(rest.contents.get("run2"), `x ${one}`);
});

test("a directory above a shared path is not an empty one", () => {
  const { contents } = build(entries, { sharedDirs: ["storage/app"], sharedFiles: [] });
  assert.equal(contents.has("storage"), false);
  assert.equal(contents.has("empty"), true);
});

test("a manifest does not depend on the order of the entries", () => {
  const { digest } = build(entries);
  const shuffled = fc.shuffledSubarray(entries, { minLength: entries.length });
  fc.assert(
    fc.property(shuffled, (all) => {
      // A second name comes behind its file in every archive.
      const names = all.filter(([{ kind }]) => kind === "name");
      assert.equal(build([...all.filter(([{ kind }]) => kind !== "name"), ...names]).digest, digest);
    }),
  );
});
