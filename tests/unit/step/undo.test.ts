import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { SiteReleaseError } from "../../../provider/errors.ts";
import type { UndoableStep } from "../../../provider/step/plan.ts";
import { undoSteps } from "../../../provider/step/undo.ts";

const STEPS = ["backup", "migrate", "seed"].map((name): UndoableStep => {
  const command = { command: `do ${name}`, onRestore: `undo ${name}` };
  return { deployPath: "/srv", version: "43", name, ...command, when: "before", runOn: "deploy", timeout: 600 };
});

/** What becomes of the steps, and the order in which they were tried. */
async function undone(undo: (name: string) => boolean) {
  const tried: string[] = [];
  const became = await undoSteps(STEPS, async ({ name }) => {
    tried.push(name);
    return undo(name);
  });
  return { ...became, tried };
}

test("The last step is undone first, and what is not due is not told of", async () => {
  const tried = ["seed", "migrate", "backup"];
  deepEqual(await undone(() => true), { ran: tried, left: [], tried });
  deepEqual(await undone((name) => name !== "migrate"), { ran: ["seed", "backup"], left: [], tried });
  deepEqual(await undone(() => false), { ran: [], left: [], tried });
});

test("A failure ends it: what an earlier step did is not taken from under a later one", async () => {
  const fail = (error: Error) =>
    undone((name) => {
      if (name === "migrate") throw error;
      return true;
    });
  const known = { ran: ["seed"], left: ["backup"], tried: ["seed", "migrate"] };
  const told = new SiteReleaseError("x", { action: "undo", observed: "no room", next: "Make some" });
  deepEqual(await fail(told), { ...known, failed: { name: "migrate", observed: "no room", next: "Make some" } });
  deepEqual(await fail(new Error("lost")), { ...known, failed: { name: "migrate", observed: "lost" } });
});
