import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { contentMtime, FIXED_MTIME } from "../../../provider/release/mtime.ts";

const sha256 = fc
  .array(fc.integer({ min: 0, max: 15 }), { minLength: 64, maxLength: 64 })
  .map((digits) => digits.map((digit) => digit.toString(16)).join(""));

test("an mtime is a function of the content", () => {
  assert.equal(contentMtime("0".repeat(64)), 946_684_800);
  assert.equal(contentMtime(`${"0".repeat(63)}7`), 946_684_807);
  assert.equal(contentMtime("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), 1_141_371_349);
  assert.equal(FIXED_MTIME, 946_684_800);
});

test("every mtime is a whole second between 2000 and 2020", () => {
  fc.assert(
    fc.property(sha256, (digest) => {
      const mtime = contentMtime(digest);
      return Number.isInteger(mtime) && mtime >= 946_684_800 && mtime < Date.UTC(2020, 0, 1) / 1000;
    }),
  );
});
