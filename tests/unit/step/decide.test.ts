import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { decide, decideUndo } from "../../../provider/step/decide.ts";
import type { StepHistory, StepPlan } from "../../../provider/step/plan.ts";

const BEFORE = { when: "before" } as const;
const AFTER = { when: "after" } as const;

function planOf(plan: Pick<StepPlan, "when"> & Partial<StepPlan>): StepPlan {
  return {
    deployPath: "/srv",
    version: "43",
    name: "migrate",
    command: "true",
    runOn: "deploy",
    timeout: 600,
    ...plan,
  };
}

function decided(plan: Pick<StepPlan, "when"> & Partial<StepPlan>, history: Partial<StepHistory>): string {
  const { action, reason } = decide(planOf(plan), { since: "r7", times: 0, declared: false, ...history });
  return `${action}: ${reason}`;
}

const every = (plan: Pick<StepPlan, "when">, history: Partial<StepHistory>): string[] =>
  (["deploy", "rollback", "both"] as const).map((runOn) => decided({ ...plan, runOn }, history));

test("A first version is a deploy", () => {
  deepEqual(every(BEFORE, { since: "never" }), [
    "run: 43 goes live for the first time",
    "skip: 43 was never live before",
    "run: 43 goes live for the first time",
  ]);
});

test("A version that is about to come back is a rollback", () => {
  deepEqual(every(BEFORE, { live: "42", times: 1 }), [
    "skip: 43 was live before",
    "run: 43 comes back",
    "run: 43 comes back",
  ]);
});

test("A version that has just gone live for the first time is a deploy", () => {
  deepEqual(every(AFTER, { live: "43", times: 1, declared: true }), [
    "run: 43 goes live for the first time",
    "skip: 43 was never live before",
    "run: 43 goes live for the first time",
  ]);
});

test("A version that has just come back is a rollback", () => {
  deepEqual(every(AFTER, { live: "43", times: 2, declared: true, ranFor: "r1" }), [
    "skip: 43 was live before",
    "run: 43 comes back",
    "run: 43 comes back",
  ]);
});

test("What is live already is no change", () => {
  deepEqual(every(BEFORE, { live: "43", times: 1 }), Array(3).fill("skip: 43 is live already"));
});

test("A step that was put into the list later has nothing to do with the version that is live", () => {
  deepEqual(every(AFTER, { live: "43", times: 1 }), Array(3).fill("skip: 43 went live without it"));
});

test("A step runs once for a change of the live version, however often it is asked", () => {
  const again = Array(3).fill("skip: it ran for this switch already");
  deepEqual(every(AFTER, { live: "43", times: 1, declared: true, ranFor: "r7" }), again);
  // The switch after it failed: 42 is live still.
  deepEqual(every(BEFORE, { live: "42", ranFor: "r7" }), again);
});

test("A deploy step that ran for a version which never went live does not run for it again", () => {
  deepEqual(every(BEFORE, { live: "42", ranFor: "r5" }), [
    "skip: it ran for 43 already",
    "skip: 43 was never live before",
    "run: 43 goes live for the first time",
  ]);
});

test("A step whose switch was overtaken is lost", () => {
  deepEqual(every(AFTER, { live: "44", times: 1, declared: true }), Array(3).fill("lost: 44 is live"));
  deepEqual(decided(AFTER, {}), "lost: no version is live");
});

const undone = (history: Partial<StepHistory>): string => {
  const { action, reason } = decideUndo(planOf(BEFORE), { since: "r7", times: 0, declared: false, ...history });
  return `${action}: ${reason}`;
};

test("What ran for the change that failed is undone, the very first one too", () => {
  deepEqual(undone({ live: "42", ranFor: "r7" }), "undo: 43 did not go live");
  deepEqual(undone({ live: "42", ranFor: "r7", times: 2 }), "undo: 43 did not go live");
  deepEqual(undone({ since: "never", ranFor: "never" }), "undo: 43 did not go live");
});

test("What was not due, or ran for a change before this one, is kept", () => {
  deepEqual(undone({ live: "42" }), "keep: it did not run for 43");
  deepEqual(undone({ live: "42", ranFor: "r5" }), "keep: it ran for an earlier switch");
  deepEqual(undone({ live: "42", ranFor: "never" }), "keep: it ran for an earlier switch");
});

test("What a version stands on is never undone while it is live", () => {
  deepEqual(undone({ live: "43", since: "r7", ranFor: "r7", times: 1 }), "keep: 43 is live");
});
