import { deepEqual, equal } from "node:assert/strict";
import test from "node:test";
import { plainMode, writablePlaces } from "../../../provider/release/writable.ts";

test("writable directories are told apart by where they lie, and shared ones below them are writable too", () => {
  const shared = { sharedDirs: ["storage", "var/log/app", "uploads", "various"], sharedFiles: [".env"] };
  deepEqual(writablePlaces(["./storage/logs/", "var", "uploads", "cache", "cache"], shared), {
    inRelease: ["var", "cache"],
    inShared: ["storage/logs", "uploads", "var/log/app"],
  });
});

test("a plain file's mode is its directory's without the executable bits", () => {
  equal(plainMode("0775"), "0664");
  equal(plainMode("2770"), "0660");
  equal(plainMode("755"), "0644");
});
