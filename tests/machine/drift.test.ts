import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { Stack } from "../support/stack.ts";
import { changesIn, warningsIn } from "../support/told.ts";

const UNPROVED = "no proof that they read the include as it is now";

for (const suite of suites) {
  // What takes its time, and the host's distribution has no part in, runs on one.
  const once = { skip: suite === "trixie" ? false : "runs on trixie" };
  describe(`what somebody changed by hand on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    let stack: Stack;
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      await on.stage("1");
      await on.switchTo("1");
      stack = new Stack();
      stack.declare(on.args("2"));
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
    });
    after(async () => {
      stack?.close();
      on?.close();
      await machine?.close();
    });

    test("in the include is shown by refresh and preview, and repaired by the next up", async () => {
      await machine.must(`echo 'set $root_dir ${on.root("1")};' >${on.site.includePath}`);
      const refresh = await stack.refresh();
      assert.equal(refresh.code, 0, refresh.stdout);
      assert.deepEqual(changesIn(refresh.stdout), [
        `~ include: "as released" => "names ${on.root("1")}"`,
        '~ liveVersion: "2" => "1"',
        `~ workers: "as released" => "${UNPROVED}"`,
      ]);
      assert.deepEqual(changesIn(await stack.preview()).slice(0, 3), [
        `~ include: "names ${on.root("1")}" => "as released"`,
        '~ liveVersion: "1" => "2"',
        `~ workers: "${UNPROVED}" => "as released"`,
      ]);
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
      await assertInvariants(on, { serves: "2" });
      assert.deepEqual(await on.observe("2"), { liveVersion: "2" });
    });

    const edits = [
      {
        edit: "an include that nginx refuses",
        script: () => `echo 'set $root_dir' >${on.site.includePath}`,
        seen: () => ({ include: "edited: set $root_dir", workers: UNPROVED }),
      },
      {
        edit: "an include of other words",
        script: () => `printf '%s\\n' '# by hand' 'set $root_dir ${on.root("1")};' >${on.site.includePath}`,
        seen: () => ({ include: `edited: # by hand set $root_dir ${on.root("1")};`, workers: UNPROVED }),
      },
      {
        edit: "the same text in a new file",
        script: () => `cp ${on.site.includePath} /tmp/i; rm ${on.site.includePath}; mv /tmp/i ${on.site.includePath}`,
        seen: () => ({ liveVersion: "2", workers: UNPROVED }),
      },
      {
        edit: "a removed include",
        script: () => `rm ${on.site.includePath}`,
        seen: () => ({ include: "missing", workers: UNPROVED }),
      },
      {
        edit: "a current moved by hand",
        script: () => `ln -sfn releases/1 ${machine.deployPath}/current`,
        seen: () => ({ liveVersion: "2", current: "points at releases/1" }),
      },
    ];
    for (const { edit, script, seen } of edits)
      test(`as ${edit} is seen, and the next switch to the same version repairs it`, async () => {
        await machine.must(script());
        assert.deepEqual(await on.observe("2"), seen());
        await on.switchTo("2");
        await assertInvariants(on, { serves: "2" });
        assert.deepEqual(await on.observe("2"), { liveVersion: "2" });
      });

    test("in the live release is shown by refresh, and put right by the next up", once, async () => {
      const { deployPath } = machine;
      await machine.must(`echo ' ' >>${deployPath}/releases/2/public/index.php`);
      const edited = await stack.refresh();
      const changed = "changed: public/index.php";
      assert.deepEqual(changesIn(edited.stdout), [`~ releaseState: "complete" => "${changed}"`]);
      const kept = await stack.up();
      assert.equal(kept.code, 0, kept.stdout);
      assert.deepEqual(warningsIn(kept), [
        `${deployPath}/releases/2 is no longer what was put there (public/index.php is not); it is used as it is. For its first content use a new version`,
      ]);
      assert.match(await stack.preview(), /1 to update/);
      await machine.must(`rm -r ${deployPath}/releases/2/public`);
      const refresh = await stack.refresh();
      assert.deepEqual(changesIn(refresh.stdout), []);
      await machine.must(`rm -r ${deployPath}/releases/2`);
      const gone = await stack.refresh();
      assert.deepEqual(changesIn(gone.stdout), ['~ releaseState: "changed: public/index.php" => "missing"']);
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
      await assertInvariants(on, { serves: "2" });
    });
  });
}
