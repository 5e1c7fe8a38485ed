import assert from "node:assert/strict";
import test from "node:test";
import { SharedPlaces } from "../../../provider/release/shared.ts";

test("a shared path covers itself and what lies below, and nothing beside", () => {
  const places = new SharedPlaces({ sharedDirs: ["./storage/app/"], sharedFiles: [".env"] });
  const paths = ["storage", "storage/app", "storage/app/x", "storage/apple", ".env", ".env.dist"];
  assert.deepEqual(
    paths.filter((path) => places.covers(path)),
    ["storage/app", "storage/app/x", ".env"],
  );
  assert.deepEqual(
    paths.filter((path) => places.isAbove(path)),
    ["storage"],
  );
});

const refused: [string[], string][] = [
  [["/var"], '"/var": it is absolute'],
  [["../up"], '"../up": it has "", "." or ".." between its slashes'],
  [["a//b"], '"a//b": it has "", "." or ".." between its slashes'],
  [["."], '".": it is the release itself'],
  [["a\nb"], '"a\nb": it holds a control character'],
  [["a", "a/b"], '"a, a/b": one of them lies in another, or comes twice'],
  [["a", "./a/"], '"a, ./a/": one of them lies in another, or comes twice'],
];

for (const [sharedDirs, why] of refused)
  test(`the shared paths ${JSON.stringify(sharedDirs)} are refused`, () => {
    assert.throws(() => new SharedPlaces({ sharedDirs, sharedFiles: [] }), {
      reason: "shared-path",
      message: `Cannot use the shared paths: ${why}, expected paths inside the release, as in "storage" or "config/local.php"`,
    });
  });
