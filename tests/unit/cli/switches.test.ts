import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Switch } from "../../../provider/cli/history.ts";
import { journalLine } from "../../../provider/cli/journal.ts";
import { switches } from "../../../provider/cli/switches.ts";

/** The journal of "RUN STEP [KEY VALUE]..." lines, a second apart; the run is its person too. */
function told(text: string, held = false): Switch[] {
  const lines = text
    .trim()
    .split("\n")
    .map((line, at) => {
      const [run = "", step = "", ...rest] = line.trim().split(" ");
      const more = Object.fromEntries(
        rest.flatMap((key, place) => (place % 2 === 0 ? [[key, rest[place + 1]?.replace("''", "")]] : [])),
      );
      return { at: `2026-01-01T00:00:${String(at).padStart(2, "0")}Z`, run, who: `${run}@ci`, step, ...more };
    });
  return switches(lines, held);
}

/** What a switch came to, without the time. */
function brief({ run, from, to, outcome, reason, restored, settledBy, seconds }: Switch) {
  return [run, from, to, outcome, reason, restored, settledBy, seconds];
}

const first = `a locked to 1
  a switching from '' to 1 before /s/.site-release/empty
  a reloaded to 1
  a committed from '' to 1`;

test("A switch is known by its run, and lasts from its lock to its commit", () => {
  deepEqual(told(first), [
    {
      run: "a",
      at: "2026-01-01T00:00:00Z",
      who: "a@ci",
      from: null,
      to: "1",
      outcome: "switched",
      reason: null,
      restored: null,
      settledBy: null,
      seconds: 3,
    },
  ]);
});

test("What is done to the live version is no switch to it", () => {
  const lines = `${first}
    b locked to 1
    b unchanged to 1
    c locked to 1
    c switching from 1 to 1 before /s/releases/1/public
    c committed from 0 to 1`;
  deepEqual(told(lines).slice(1).map(brief), [
    ["b", "1", "1", "unchanged", null, null, null, 1],
    ["c", "1", "1", "repaired", null, null, null, 2],
  ]);
});

test("A failure has its reason, and what serves again", () => {
  const lines = `b locked to 2
    b failed to 2 reason smoke-failed
    c locked to 2
    d locked to 2
    d switching from 1 to 2 before /s/releases/1/public
    d restored from 2 to 1 reason probe-failed
    d failed to 2 reason probe-failed
    e locked to 2
    e switching from 1 to 2 before verbatim
    e restored from 2 to '' reason test-red-after
    f locked to 2
    f switching from 1 to 2 before /s/.site-release/empty
    f restored from 2 to '' reason test-red-after
    g locked to 2
    g switching from 1 to 2 before /s/releases/1/public
    g unrestored from 2 to 1 reason workers-died`;
  deepEqual(told(lines).map(brief), [
    ["b", "1", "2", "failed", "smoke-failed", null, null, 1],
    ["c", "1", "2", "failed", null, null, null, null],
    ["d", "1", "2", "restored", "probe-failed", "1", null, 2],
    ["e", "1", "2", "restored", "test-red-after", "verbatim", null, 2],
    ["f", "1", "2", "restored", "test-red-after", "placeholder", null, 2],
    ["g", "1", "2", "unrestored", "workers-died", null, null, 2],
  ]);
});

const cut = `${first}
  b locked to 2
  b switching from 1 to 2 before /s/releases/1/public
  b reloaded to 2`;

test("An interrupted switch stays one until a later run restores it, finishes it, or goes elsewhere", () => {
  deepEqual(told(cut).slice(1).map(brief), [["b", "1", "2", "interrupted", null, null, null, null]]);
  deepEqual(told(`${cut}\n c restored from 2 to 1 reason interrupted\n c locked to 3`).slice(1).map(brief), [
    ["b", "1", "2", "interrupted", null, "1", "c@ci", null],
    ["c", "1", "3", "failed", null, null, null, null],
  ]);
  for (const to of ["2", "3"])
    deepEqual(
      told(`${cut}\n c locked to ${to}\n c switching from 1 to ${to} before /x\n c committed from 1 to ${to}`)
        .slice(1)
        .map(brief),
      [
        ["b", "1", "2", "interrupted", null, null, "c@ci", null],
        ["c", "1", to, "switched", null, null, null, 2],
      ],
    );
});

test("A restore that failed again and again is told once, with who ended it", () => {
  const lines = `${cut}
    c unrestored from 2 to 1 reason workers-died
    d restored from 2 to 1 reason interrupted
    d locked to 1`;
  deepEqual(told(lines).slice(1).map(brief), [
    ["b", "1", "2", "unrestored", "workers-died", "1", "d@ci", null],
    ["d", "1", "1", "failed", null, null, null, null],
  ]);
});

test("The last one goes on while the lock is held, unless it has come to its end", () => {
  equal(told(cut, true).at(-1)?.outcome, "running");
  equal(told(first, true).at(-1)?.outcome, "switched");
  deepEqual(told(`${cut}\n c locked to 3`, true).slice(1).map(brief), [
    ["b", "1", "2", "interrupted", null, null, null, null],
    ["c", "1", "3", "running", null, null, null, null],
  ]);
});

test("A journal that begins in the middle is read from there", () => {
  const lines = `a committed from 0 to 1
    b restored from 9 to 1 reason interrupted
    c switching from 1 to 2 before /s/releases/1/public
    c committed from 1 to 2`;
  deepEqual(told(lines).map(brief), [["c", "1", "2", "switched", null, null, null, 1]]);
});

test("Only whole lines of a journal count, and none can steer a terminal", () => {
  equal(journalLine('{"at":"2026'), undefined);
  equal(journalLine("[]"), undefined);
  equal(journalLine('{"at":"t","run":"r","who":"w"}'), undefined);
  deepEqual(journalLine('{"at":"t","run":"r","who":"\\u001b[2Jw","step":"locked","to":7}'), {
    at: "t",
    run: "r",
    who: "\\u{1b}[2Jw",
    step: "locked",
  });
});
