import { deepEqual } from "node:assert/strict";
import { mock, test } from "node:test";
import { paced, reporterFor, toldSeconds } from "../../provider/progress.ts";

test("A status is said at once, then the last one after each pause", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const said: string[] = [];
  const say = paced((text) => said.push(text), 100);
  say("1 %");
  say("2 %");
  say("3 %");
  deepEqual(said, ["1 %"]);
  mock.timers.tick(100);
  deepEqual(said, ["1 %", "3 %"]);
  mock.timers.tick(100);
  say("done");
  deepEqual(said, ["1 %", "3 %", "done"]);
  for (const text of ["done", "done", "1 %"]) {
    say(text);
    mock.timers.tick(100);
  }
  deepEqual(said, ["1 %", "3 %", "done", "1 %"]);
  mock.timers.reset();
});

test("A long wait is told every ten seconds", () => {
  deepEqual(["0", "1", "9", "10", "12", "19", "20", "305", "x"].map(toldSeconds), [
    "0",
    "1",
    "9",
    "10",
    "10",
    "10",
    "20",
    "300",
    "x",
  ]);
});

test("Without an engine nothing is said, and nothing fails", () => {
  const { status, info, warn } = reporterFor(undefined, (text) => text);
  deepEqual([status("a"), info("b"), warn("c")], [undefined, undefined, undefined]);
});
