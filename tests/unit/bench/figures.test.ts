import assert from "node:assert/strict";
import { test } from "node:test";
import { median, roundTrips, table, verdict } from "../../../bench/support/figures.ts";

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
      ["all", "1000"],
    ]),
    ["| step    |   ms |", "| ------- | ---: |", "| Release |    7 |", "| all     | 1000 |"].join("\n"),
  );
});

test("a verdict says of each figure whether it is what was wanted", () => {
  const figures = [
    { isMet: true, words: "0.90 at RTT 0" },
    { isMet: false, words: "1.20 at RTT 50" },
  ];
  assert.equal(
    verdict("Wanted at most 1", figures),
    "- Wanted at most 1: met with 0.90 at RTT 0, missed with 1.20 at RTT 50.",
  );
});
