import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite, pageThatIsDown } from "../support/machineSite.ts";
import { Stack } from "../support/stack.ts";
import { changesIn, refusal, type Told, toldBy } from "../support/told.ts";

for (const suite of suites) {
  // The host's distribution has no part in what Pulumi does: it drives one of them, and our code alone the other.
  const byPulumi = suite === "trixie";
  describe(`an unhealthy version on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    let stack: Stack;
    const probe = { path: "/up", timeout: 1 };
    /** What the last update printed. */
    let said = "";
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      stack = new Stack();
      assert.deepEqual((await release("1")).errors, []);
    });
    after(async () => {
      stack?.close();
      on?.close();
      await machine?.close();
    });

    const release = async (version: string, php?: string): Promise<Told> => {
      if (!byPulumi) return on.release(version, { probe }, php);
      stack.declare(on.args(version, { probe }, php));
      const up = await stack.up();
      said = up.stdout;
      return toldBy(up);
    };

    test("that fails its smoke is never seen by nginx", async () => {
      const before = await on.workers();
      const include = await machine.must(`stat -c %i:%z ${on.site.includePath}`);
      const { errors } = await on.release("2", { probe }, '<?php throw new Exception("no");');
      const script = `${on.root("2")}/index.php`;
      assert.deepEqual(errors, [
        `Cannot switch example.com to 2 on ${machine.address}: GET / answered 500 ` +
          `(PHP Fatal error:  Uncaught Exception: no in ${script}:1; Stack trace:; #0 {main}; thrown in ${script} on line 1), ` +
          "expected a status below 500; 1 stays live",
      ]);
      assert.deepEqual(await on.workers(), before);
      assert.equal(await machine.must(`stat -c %i:%z ${on.site.includePath}`), include);
      await assertInvariants(on, { serves: "1" });
    });

    test("that fails its probe is taken back, and the state stays on the old one", async () => {
      assert.deepEqual((await release("3", pageThatIsDown("3"))).errors, [
        `Cannot switch example.com to 3 on ${machine.address}: GET /up answered 500 for T s (500: down), ` +
          "expected 200; restored 1",
      ]);
      await assertInvariants(on, { serves: "1" });
      assert.deepEqual(await on.observe("1"), { liveVersion: "1" });
      assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), "releases/1\n");
      if (!byPulumi) return;
      // As a log has it: once, however often it was asked.
      assert.deepEqual(said.match(/probing .*/g), ["probing 0/1", "probing 0/1: answered 500 (500: down)"]);
      const { resources }: Deployment = JSON.parse(await stack.state()).deployment;
      const versions = resources.flatMap(({ type, inputs }) => (type.endsWith(":Switch") ? [inputs.liveVersion] : []));
      assert.deepEqual(versions, ["1"]);
    });

    test("is tried once each time, and taken back once, even where the old one is no healthier", async () => {
      const block = "/etc/nginx/sites-available/example.com";
      await machine.must(
        `cp ${block} /root/block; sed -i 's/^    index .*/&\\n    location = \\/up { return 503; }/' ${block}`,
      );
      await on.reload();
      await on.stage("4");
      for (let time = 0; time < 2; time++) {
        const lines = (await on.journal()).length;
        assert.match(
          await refusal(on.switchTo("4", { probe: { ...probe, expectStatus: [200] } })),
          /GET \/up answered 503 for T s .*; restored 1\n/,
        );
        assert.deepEqual((await on.journal()).slice(lines), [
          "holds",
          "locked 4",
          "switching 4",
          "reloaded 4",
          "restored 1",
        ]);
        await assertInvariants(on, { serves: "1" });
      }
      await machine.must(`cp /root/block ${block}`);
      await on.reload();
    });

    const once = { skip: byPulumi ? false : "runs on trixie" };
    test("leaves the next up of the old version nothing to do in nginx", once, async () => {
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
