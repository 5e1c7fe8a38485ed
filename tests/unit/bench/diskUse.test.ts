import assert from "node:assert/strict";
import test from "node:test";
import { useOf } from "../../../bench/support/diskUse.ts";

test("a file with two names takes its blocks once, and directories are counted apart", () => {
  const lines = "d 1:10 8\nf 1:11 16\nf 1:11 16\nf 2:11 24\nl 1:12 0\nd 1:13 8\n";
  assert.deepEqual(useOf(lines), { files: 40 * 512, directories: 16 * 512 });
});
