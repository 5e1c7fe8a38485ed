import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { switchTo } from "../../../provider/switch/switch.ts";
import { failureOf } from "../../support/failure.ts";
import { type HostSide, lyingHost } from "../../support/lyingHost.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

const context = { owner: { id: "a1", stack: "shop/prod", resource: "web" }, takeOver: false };

function switched(behave: (host: HostSide) => Promise<void>) {
  return failureOf(switchTo(lyingHost(behave), switchPlanOf("43"), context, () => {}));
}

describe("A switch", () => {
  test("is none when the host ends it with another word", async () => {
    const error = await switched(async (host) => {
      await host.say("done banana");
      host.end();
    });
    assert.equal(error.reason, "script-garbled");
    assert.match(error.message, /^Cannot run a script of this package on web1: it ended with "banana"\. Look for /);
  });

  test("is none when the host never waited for the probe", async () => {
    const error = await switched(async (host) => {
      await host.say("done switched");
      host.end();
    });
    assert.equal(error.failure.observed, "it says that it has switched, and waited for no probe");
  });

  test("that the host only says to be committed is none when the connection ends", async () => {
    const error = await switched(async (host) => {
      await host.say("step committed");
      host.end({ code: 1 });
    });
    assert.equal(error.reason, "script-silent");
  });

  test("that fails for a reason named as what every object has is told as any other", async () => {
    const error = await switched(async (host) => {
      await host.say("fail constructor of it");
      host.end({ code: 1 });
    });
    assert.equal(error.failure.observed, "the host's script ended with constructor of it");
  });
});
