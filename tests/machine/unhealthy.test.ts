import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite, pageThatIsDown } from "../support/machineSite.ts";
import { Stack } from "../support/stack.ts";
import { changesIn, errorsIn } from "../support/told.ts";

for (const suite of suites) {
  describe(`an unhealthy version on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    let stack: Stack;
    const probe = { path: "/up", timeout: 1 };
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      stack = new Stack();
      stack.declare(on.args("1", { probe }));
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
    });
    after(async () => {
      stack?.close();
      on?.close();
      await machine?.close();
    });

    test("that fails its smoke is never seen by nginx", async () => {
      const before = await on.workers();
      const include = await machine.must(`stat -c %i:%z ${on.site.includePath}`);
      stack.declare(on.args("2", { probe }, '<?php throw new Exception("no");'));
      const failed = await stack.up();
      assert.equal(failed.code, 1);
      const script = `${on.root("2")}/index.php`;
      assert.deepEqual(errorsIn(failed), [
        `Cannot switch example.com to 2 on ${machine.address}: GET / answered 500 ` +
          `(PHP Fatal error:  Uncaught Exception: no in ${script}:1; Stack trace:; #0 {main}; thrown in ${script} on line 1), ` +
          "expected a status below 500",
      ]);
      assert.deepEqual(await on.workers(), before);
      assert.equal(await machine.must(`stat -c %i:%z ${on.site.includePath}`), include);
      await assertInvariants(on, { serves: "1" });
    });

    test("that fails its probe is taken back, and the state stays on the old one", async () => {
      stack.declare(on.args("3", { probe }, pageThatIsDown("3")));
      const failed = await stack.up();
      assert.equal(failed.code, 1);
      assert.deepEqual(errorsIn(failed), [
        `Cannot switch example.com to 3 on ${machine.address}: GET /up answered 500 for T s (500: down), ` +
          "expected 200; restored 1",
      ]);
      await assertInvariants(on, { serves: "1" });
      assert.deepEqual(await on.observe("1"), { liveVersion: "1" });
      assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), "releases/1\n");
      const { resources }: Deployment = JSON.parse(await stack.state()).deployment;
      const versions = resources.flatMap(({ type, inputs }) => (type.endsWith(":Switch") ? [inputs.liveVersion] : []));
      assert.deepEqual(versions, ["1"]);
    });

    test("leaves the next up of the old version nothing to do in nginx", async () => {
      const before = await on.workers();
      stack.declare(on.args("1", { probe }));
      assert.deepEqual(
        changesIn(await stack.preview()).filter((line) => /liveVersion|include|current|workers/.test(line)),
        [],
      );
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
      assert.deepEqual(await on.workers(), before);
      await assertInvariants(on, { serves: "1" });
    });
  });
}

interface Deployment {
  readonly resources: readonly { readonly type: string; readonly inputs: Record<string, unknown> }[];
}
