import assert from "node:assert/strict";
import { test } from "node:test";
import { falseReport, outcomeOf, recoveryWords } from "../../../../bench/soak/outcome.ts";
import type { SwitchRecord } from "../../../../bench/soak/switching.ts";
import { switchesTable } from "../../../../bench/soak/switchResults.ts";
import type { JournalEntry } from "../../../support/journalLines.ts";

const lines = (...steps: string[]): JournalEntry[] => steps.map((step) => ({ at: "T", run: "r", who: "w", step }));
const way = { from: "1", to: "2" };

test("what became of a switch is what its last decision says", () => {
  assert.equal(outcomeOf(lines("locked", "failed"), true), "untouched");
  assert.equal(outcomeOf(lines("locked", "switching", "reloaded", "committed", "drained"), true), "switched");
  assert.equal(outcomeOf(lines("locked", "switching", "restored"), true), "restored");
  assert.equal(outcomeOf(lines("locked", "switching"), true), "finished");
  assert.equal(outcomeOf(lines("locked", "switching", "reloaded", "unrestored"), false), "restored-by-next");
});

test("the next switch tells of what it found, and of nothing else", () => {
  assert.deepEqual(recoveryWords("switched", way), []);
  assert.deepEqual(recoveryWords("finished", way), ["An interrupted switch was found: finishing 2"]);
  assert.deepEqual(recoveryWords("restored-by-next", { from: "none", to: "2" }), [
    "An interrupted switch was found: restored the placeholder after an interrupted switch to 2",
  ]);
});

test("a client may know nothing, but nothing false", () => {
  const restored = { message: "down; restored 1", restored: true };
  assert.deepEqual(falseReport({ status: "switched", warnings: [] }, "2", way), []);
  assert.deepEqual(falseReport({ status: "switched", warnings: [] }, "1", way), [
    '6. the client says "switched", and 1 is live',
  ]);
  assert.deepEqual(falseReport(restored, "1", way), []);
  assert.deepEqual(falseReport(restored, "2", way), ['6. the client says "down; restored 1", and 2 is live']);
  assert.deepEqual(falseReport({ message: "connection lost", restored: false }, "2", way), []);
  assert.deepEqual([falseReport("killed", "2", way), falseReport("died", "2", way).length], [[], 1]);
});

test("the table counts outcomes by fault, and has the slowest of each", () => {
  const record: SwitchRecord = {
    number: 0,
    fault: "silence",
    hit: true,
    outcome: "restored",
    violations: [],
    rest: 2.04,
    next: 0.5,
  };
  const rows = switchesTable([
    record,
    { ...record, hit: false, outcome: "switched", violations: ["1"], rest: 3 },
  ]).split("\n");
  const cells = (name: string) =>
    rows
      .find((row) => row.startsWith(`| ${name} `))
      ?.split("|")
      .slice(2, -1)
      .map((cell) => cell.trim());
  assert.deepEqual(cells("SSH silent, then back"), ["2", "1", "1", "0", "0", "0", "1", "1", "3.0", "0.5"]);
  assert.deepEqual(cells("all"), cells("SSH silent, then back"));
  assert.deepEqual(cells("power cut, booted again"), ["0", "0", "0", "0", "0", "0", "0", "0", "0.0", "0.0"]);
});
