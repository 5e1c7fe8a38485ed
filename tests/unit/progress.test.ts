import { deepEqual } from "node:assert/strict";
import { mock, test } from "node:test";
import { paced, reporterFor } from "../../provider/progress.ts";

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
  mock.timers.reset();
});

test("Without an engine nothing is said, and nothing fails", () => {
  const { status, info, warn } = reporterFor(undefined, (text) => text);
  deepEqual([status("a"), info("b"), warn("c")], [undefined, undefined, undefined]);
});
