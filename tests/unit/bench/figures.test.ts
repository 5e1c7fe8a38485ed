import assert from "node:assert/strict";
import { test } from "node:test";
import { median, roundTrips, table } from "../../../bench/support/figures.ts";

test("the median is the middle number, or between the two in the middle", () => {
  assert.deepEqual([median([30, 1, 2]), median([4, 1, 3, 2])], [2, 2.5]);
  assert.throws(() => median([]), /no numbers/);
});

test("round trips are what the long wire costs more, in its round-trip time", () => {
  assert.equal(roundTrips([10, 12, 11], [111, 1000, 110], 50), 2);
});

test("a table has its numbers on the right", () => {
  assert.equal(
    table([
      ["step", "ms"],
      ["Release", "7"],
    ]),
    "| step | ms |\n| --- | ---: |\n| Release | 7 |",
  );
});
