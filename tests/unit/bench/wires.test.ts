import assert from "node:assert/strict";
import { test } from "node:test";
import { Times, verdictByWire } from "../../../bench/support/wires.ts";

test("a row is its median on each wire, without the first round, and stands beside its yardstick", async () => {
  const rounds: Record<string, [number, number]> = {
    "0.0": [99, 99],
    "0.1": [99, 99],
    "1.0": [1, 2],
    "1.1": [4, 4],
    "2.0": [2, 5],
    "2.1": [5, 6],
    "3.0": [9, 4],
    "3.1": [6, 5],
  };
  const times = new Times({ ours: "a Release", theirs: "tar" });
  await times.measure(["near", "far"], 3, async (way, name) => {
    assert.equal(way, name.endsWith("0") ? "near" : "far");
    const [ours = 0, theirs = 0] = rounds[name] ?? [];
    return { ours, theirs };
  });
  assert.deepEqual(times.medians("ours"), [2, 5]);
  assert.deepEqual(
    times.against("theirs", "ours", (one, other) => one / other),
    [2, 1],
  );
  assert.deepEqual(times.table("way", "ms", { head: "kind", of: (row) => row }).split("\n"), [
    "| way       | RTT 0, ms | RTT 50, ms |   kind |",
    "| --------- | --------: | ---------: | -----: |",
    "| a Release |      2000 |       5000 |   ours |",
    "| tar       |      4000 |       5000 | theirs |",
  ]);
});

test("each wire may have a limit of its own", () => {
  const show = (figure: number) => `${figure} s`;
  assert.equal(
    verdictByWire("Wanted", [0.7, 1.3], [0.7, 1.2], show),
    "- Wanted: met with 0.7 s at RTT 0, missed with 1.3 s at RTT 50.",
  );
  assert.equal(verdictByWire("Wanted", [2, 1], 1, show), "- Wanted: missed with 2 s at RTT 0, met with 1 s at RTT 50.");
});
