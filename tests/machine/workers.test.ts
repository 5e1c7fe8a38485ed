import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "../support/command.ts";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite, page } from "../support/machineSite.ts";

for (const suite of suites) {
  describe(`nginx's workers on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      await on.stage("1", "3");
      const slow = 'if ($_SERVER["REQUEST_URI"] === "/slow") { touch("/var/www/slow/begun"); sleep(3); }';
      await on.stageBuild("2", on.build("2", `${page("2")} ${slow}`));
      await machine.must("install -d -o www-data /var/www/slow");
      await on.switchTo("1");
    });
    after(async () => {
      on?.close();
      await machine?.close();
    });

    test("prove nothing by being newer than the include: after a lost reload and a crash the drift is seen, and repaired", async () => {
      const { master, serving } = await on.workers();
      const { deployPath } = machine;
      await machine.deploy(
        `cd ${deployPath} && echo 'set $root_dir ${on.root("2")};' >i && mv i ${on.site.includePath} && ln -sfn releases/2 current`,
      );
      await machine.must(`sleep 0.2; kill -9 ${serving.join(" ")}`);
      await until("workers again", 5, async () => {
        const now = await on.workers();
        return (
          now.master === master && now.serving.length === serving.length && !now.serving.includes(serving[0] ?? "")
        );
      });
      assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
      const workers = "no proof that they read the include as it is now";
      assert.deepEqual(await on.observe("2"), { liveVersion: "2", workers });
      await on.switchTo("2");
      await assertInvariants(on, { serves: "2" });
      assert.deepEqual(await on.observe("2"), { liveVersion: "2" });
    });

    test("hidden by hidepid=2 are found all the same, and what cannot be seen is told", async () => {
      await machine.must("mount -o remount,hidepid=2 /proc");
      assert.equal((await machine.deploy("test -r /proc/1/stat")).code, 1);
      const slow = machine.http("/slow");
      await until("the slow request", 5, async () => (await machine.root("test -e /var/www/slow/begun")).code === 0);
      const { report, warnings } = await on.switchTo("3");
      assert.equal(report.drain, "drained, assumed: other users' processes are hidden");
      assert.deepEqual(warnings, [
        "Whether somebody's edits of nginx's configuration went live with ours could not be seen",
      ]);
      assert.deepEqual(await slow, { status: 200, body: "version 2" });
      await assertInvariants(on, { serves: "3" });
      assert.deepEqual(await on.observe("3"), { liveVersion: "3" });
      const before = await on.workers();
      assert.equal((await on.switchTo("3")).report.status, "unchanged");
      assert.deepEqual(await on.workers(), before);
      await machine.must("mount -o remount,hidepid=0 /proc");
    });
  });
}
