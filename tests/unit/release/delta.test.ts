import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import fc from "fast-check";
import { keptFiles, keptRecords } from "../../../provider/release/delta.ts";
import { contentsOf, type Manifest, ManifestBuilder } from "../../../provider/release/manifest.ts";
import { contentMtime } from "../../../provider/release/mtime.ts";
import { nothingShared, SharedPlaces } from "../../../provider/release/shared.ts";
import { writableTest } from "../../../provider/release/writable.ts";

type What = { kind: "f" | "x"; content: string } | { kind: "l"; target: string };

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function manifestOf(tree: Readonly<Record<string, What>>): Manifest {
  const builder = new ManifestBuilder(new SharedPlaces(nothingShared));
  for (const [path, what] of Object.entries(tree)) {
    if (what.kind === "l") builder.add({ kind: "l", path, target: what.target });
    else {
      const { kind, content } = what;
      const file = { kind: "file", path, size: content.length, executable: kind === "x", open: unread } as const;
      builder.add({ kind, path, file }, sha256(content));
    }
  }
  return builder.build();
}

function unread(): never {
  throw new Error("a manifest is made without reading");
}

// Few names and contents, so that two trees have much in common; bytes that tools trip over.
const name = fc.constantFrom(
  "a",
  "b c",
  "-d",
  "\xff",
  "line\nend",
  "./e",
  "f//g".replace("//", " "),
  '"',
  "x 1 .",
  "\x01",
);
const what: fc.Arbitrary<What> = fc.oneof(
  fc.record({ kind: fc.constantFrom("f", "x"), content: fc.constantFrom("", "1", "22", "./ //") }),
  fc.record({ kind: fc.constant("l" as const), target: fc.constantFrom("a", "../b //c", "./d") }),
);
const tree = fc.dictionary(
  name.map((text) => text.replace("./", "dot")),
  what,
  { noNullPrototype: true },
);

test("what is kept is exactly the files that both trees have with one kind and one content", () => {
  fc.assert(
    fc.property(tree, tree, (wanted, base) => {
      const same = Object.keys(wanted).filter((path) => {
        const [one, other] = [wanted[path], base[path]];
        return one?.kind !== "l" && other?.kind === one?.kind && JSON.stringify(one) === JSON.stringify(other);
      });
      assert.deepEqual([...keptFiles(manifestOf(wanted), manifestOf(base).contents, () => false)].sort(), same.sort());
    }),
  );
});

test("a manifest's body tells its contents again, whatever its names are", () => {
  fc.assert(
    fc.property(tree, (some) => {
      const { body, digest, contents } = manifestOf(some);
      assert.deepEqual(new Map([...(contentsOf(body, digest) ?? [])].sort()), new Map([...contents].sort()));
    }),
  );
});

test("a manifest's body with another digest tells nothing", () => {
  assert.equal(contentsOf(manifestOf({}).body, sha256("other")), undefined);
});

test("files that are one file in the source are never kept: they come together or not at all", () => {
  const builder = new ManifestBuilder(new SharedPlaces(nothingShared));
  builder.add(
    { kind: "f", path: "a", file: { kind: "file", path: "a", size: 1, executable: false, open: unread } },
    sha256("1"),
  );
  builder.add({ kind: "name", path: "b", of: "a" });
  const manifest = builder.build();
  assert.deepEqual(
    keptFiles(manifest, manifest.contents, () => false),
    new Set(),
  );
});

test("what is a release's own is never kept", () => {
  const manifest = manifestOf({ "var/a": { kind: "f", content: "1" }, "vari/b": { kind: "f", content: "2" } });
  assert.deepEqual(keptFiles(manifest, manifest.contents, writableTest(["./var/"])), new Set(["vari/b"]));
});

test("the host is told kind, size, mtime and path of what it keeps", () => {
  const manifest = manifestOf({ "b c": { kind: "x", content: "22" }, a: { kind: "f", content: "1" } });
  const kept = keptFiles(manifest, manifest.contents, () => false);
  assert.deepEqual(keptRecords(manifest, kept).toString("latin1").split("\0").sort(), [
    "",
    `f 1.${contentMtime(sha256("1"))} ./a`,
    `x 2.${contentMtime(sha256("22"))} ./b c`,
  ]);
});
