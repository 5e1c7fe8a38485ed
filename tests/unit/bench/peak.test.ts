import assert from "node:assert/strict";
import test from "node:test";
import { emptyPeak, peakIn, peakOf } from "../../../bench/support/peak.ts";

test("the peak of a process is in its status, and a process that has ended has none", () => {
  assert.equal(peakIn("Name:\tnode\nVmPeak:\t  900 kB\nVmHWM:\t   42 kB\nVmRSS:\t    7 kB\n"), 42 * 1024);
  assert.equal(peakIn("Name:\tnode\nState:\tZ (zombie)\n"), 0);
});

test("the peak of a script that does nothing is its own, not that of the process which started it", () => {
  const filled = Buffer.alloc(200_000_000, 1);
  assert.ok(peakOf("self") > filled.length);
  assert.ok(emptyPeak() > 10_000_000 && emptyPeak() < filled.length, `${emptyPeak()}`);
});
