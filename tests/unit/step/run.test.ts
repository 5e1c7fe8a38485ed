import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runStep } from "../../../provider/step/run.ts";
import { StepRunOn, StepWhen } from "../../../provider/stepArgs.ts";
import { failureOf } from "../../support/failure.ts";
import { type HostSide, lyingHost } from "../../support/lyingHost.ts";

const plan = {
  deployPath: "/srv",
  version: "43",
  name: "migrate",
  command: "true",
  when: StepWhen.Before,
  runOn: StepRunOn.Deploy,
  timeout: 600,
};

function ran(behave: (host: HostSide) => Promise<void>) {
  return failureOf(runStep(lyingHost(behave), plan, () => {}));
}

describe("A step", () => {
  test("that ends by a reason named as what every object has fails as by any other", async () => {
    for (const reason of ["__proto__", "constructor", "toString"]) {
      const error = await ran(async (host) => {
        await host.say(`fail ${reason} because`);
        host.end({ code: 1 });
      });
      assert.equal(error.reason, reason);
      assert.equal(error.failure.observed, "because");
    }
  });

  test("is not run by a history that counts in words", async () => {
    const error = await ran(async (host) => {
      await host.say("fact times many");
      await host.say("ask run");
    });
    assert.equal(error.reason, "script-garbled");
    assert.equal(error.failure.observed, 'it told "many" for times, which is no number');
  });

  test("is not done when the host ends it as another than it was told", async () => {
    const unasked = await ran(async (host) => {
      await host.say("done ran");
      host.end();
    });
    assert.equal(unasked.failure.observed, 'it was told "nothing", and says that it ran');
    const skipped = await ran(async (host) => {
      await host.say("fact times 0");
      await host.say("ask run");
      await host.say("done skipped");
      host.end();
    });
    assert.equal(skipped.failure.observed, 'it was told "run", and says that it skipped');
  });
});
