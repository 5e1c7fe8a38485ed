import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { probeProgress } from "../../../provider/switch/probeProgress.ts";
import { judge, type ProbeAnswer } from "../../../provider/switch/verdict.ts";
import { probePlan } from "../../support/site.ts";

const answer = (status: number, body = ""): ProbeAnswer => ({ status, headers: {}, body });

/** What is said of these answers. */
function said(count: number, answers: readonly ProbeAnswer[]): string[] {
  const told: string[] = [];
  const plan = probePlan({ count });
  const tell = probeProgress(plan, (text) => told.push(text));
  let row = 0;
  for (const each of answers) {
    const why = judge(plan, undefined, each);
    row = why === undefined ? row + 1 : 0;
    tell(each, row, why);
  }
  return told;
}

test("Good answers are counted, and the last one needs no word", () => {
  deepEqual(said(3, [answer(200), answer(200), answer(200)]), ["probing 0/3", "probing 1/3", "probing 2/3"]);
});

test("Bad answers are told when they change, with what they say and how many there were", () => {
  const bad = answer(502, "<title>502 Bad Gateway</title><p>one");
  const other = answer(502, "<title>502 Bad Gateway</title><p>two");
  deepEqual(
    said(2, [bad, other, bad, { error: "refused" }, { error: "refused" }, answer(500), answer(200), bad, answer(200)]),
    [
      "probing 0/2",
      "probing 0/2: answered 502 (502 Bad Gateway | one)",
      "probing 0/2: refused; before that 3 times: answered 502",
      "probing 0/2: answered 500; before that 2 times: refused",
      "probing 1/2; before that once: answered 500",
      "probing 0/2: answered 502 (502 Bad Gateway | one)",
      "probing 1/2; before that once: answered 502",
    ],
  );
});

test("Of a long answer the start is told, without control characters", () => {
  deepEqual(
    said(1, [answer(500, `a\u001b[1m${"x".repeat(200)}`)]).at(-1),
    `probing 0/1: answered 500 (500: a\\u{1b}[1m${"x".repeat(95)}…)`,
  );
});
