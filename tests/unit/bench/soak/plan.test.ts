import assert from "node:assert/strict";
import { test } from "node:test";
import { readArguments } from "../../../../bench/soak/arguments.ts";
import { readEntries } from "../../../../bench/soak/ledger.ts";
import { caseOf, caseWords, FAULTS, type SwitchCase } from "../../../../bench/soak/plan.ts";
import { raceOf } from "../../../../bench/soak/racing.ts";

const cases = (seed: number, count: number) => Array.from({ length: count }, (_, number) => caseOf(seed, number));

test("a seed gives the same cases for ever", () => {
  assert.deepEqual(caseOf(1, 7), {
    number: 7,
    fault: "power-cut",
    step: "probing",
    nth: 1,
    delay: 52,
    healthy: false,
    first: false,
    same: false,
    extent: 488,
  } satisfies SwitchCase);
  assert.deepEqual(raceOf(1, 3), raceOf(1, 3));
  assert.notDeepEqual(cases(1, 8), cases(2, 8));
});

test("as many cases as there are faults have each of them once, at whatever number they begin", () => {
  const all = Object.keys(FAULTS).sort();
  for (const from of [0, 3, 11])
    assert.deepEqual(Array.from(all, (_, index) => caseOf(5, from + index).fault).sort(), all);
});

test("every step of healthy and of unhealthy versions is met, and only unhealthy ones are hit while they are restored", () => {
  const met = new Set(cases(1, 400).map(({ step, nth, healthy }) => `${step} ${nth} ${healthy}`));
  const both = ["trying 1", "testing 1", "testing 2", "switching 1", "reloading 1", "probing 1"];
  assert.deepEqual(
    [...met].sort(),
    [
      ...both.flatMap((step) => [`${step} false`, `${step} true`]),
      ...["starting 1 true", "committed 1 true", "draining 1 true", "restoring 1 false"],
    ].sort(),
  );
});

test("a case is told in words", () => {
  const planned: SwitchCase = { ...caseOf(1, 0), fault: "silence", step: "testing", nth: 2, delay: 5, healthy: true };
  assert.equal(
    caseWords({ ...planned, first: true }),
    "silence 5 ms after testing again, a healthy version, the site's first",
  );
});

test("a run that was broken off in the middle of a line goes on behind what it has wholly", () => {
  const text = '\n{"number":0,"a":1}\n\n{"number":1}\n\n{"number":0,"a":2}\n\n{"num';
  assert.deepEqual(readEntries(text), [{ number: 0, a: 2 }, { number: 1 }]);
});

test("a command line names kinds, a count and a seed, and what it cannot mean is said", () => {
  const read = (...words: string[]) => readArguments(words, ["switches", "locks"]);
  assert.deepEqual(read(), { kinds: [], seed: 1 });
  assert.deepEqual(read("locks", "--count", "20", "--seed", "7"), { kinds: ["locks"], count: 20, seed: 7 });
  assert.equal(read("--count", "0"), '--count wants a whole number from 1 on, not "0"');
  assert.equal(read("--seed"), '--seed wants a whole number from 1 on, not ""');
  assert.equal(read("lokcs"), "there is no lokcs; there is switches, locks, --count N and --seed N");
});
