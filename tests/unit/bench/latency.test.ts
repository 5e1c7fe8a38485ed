import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { latencies, longestSlow, percentile } from "../../../bench/support/latency.ts";

const sample = (due: number, took: number) => ({
  ...{ due, sent: due, ended: due + took, reused: false },
  answer: { status: 200, versions: [] },
});

test("Latencies are those of the spans, sorted, and of answered requests", () => {
  const lost = { due: 15, sent: 15, ended: 16, reused: true, error: { code: "ECONNRESET", begun: false } };
  const samples = [sample(0, 9), sample(10, 7), sample(19, 3), sample(20, 1), lost];
  deepEqual(latencies(samples, [{ from: 10, to: 20 }]), [3, 7]);
});

test("A percentile is one of the numbers", () => {
  const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
  deepEqual([percentile(numbers, 0.5), percentile(numbers, 0.99), percentile([4], 0.99)], [100, 198, 4]);
});

test("The longest slow time ends with the first fast answer", () => {
  const slow = [sample(0, 1), sample(1000, 500), sample(2000, 700), sample(2500, 1), sample(3000, 600)];
  equal(longestSlow(slow, 100), 1.7);
  equal(longestSlow([sample(0, 1)], 100), 0);
});
