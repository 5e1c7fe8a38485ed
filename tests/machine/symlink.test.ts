import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite, pageThatIsDown } from "../support/machineSite.ts";
import { refusal } from "../support/told.ts";
import { Updates } from "../support/updates.ts";

const rights = "/etc/sudoers.d/deploy";

// Each test goes on where the one before it ended, as the days of a site do.
describe("a site by symlink", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let on: MachineSite;
  const stack = new Updates();
  before(async () => {
    machine = await startMachine("web1", { suite: "trixie" });
    on = new MachineSite(machine);
    await on.follow("symlink");
    await machine.must(`rm ${on.site.includePath}; mv ${rights} /root/rights`);
  });
  after(async () => {
    stack.close();
    on?.close();
    await machine?.close();
  });

  const args = (version: string) => on.args(version, { strategy: on.strategy, takeOver: true });
  const up = async (version: string) => {
    const done = await stack.up(args(version));
    assert.deepEqual(done.errors, []);
    return done;
  };

  test("goes live without a right, an include or a reload", async () => {
    assert.equal((await machine.http("/")).status, 404);
    const before = await on.workers();
    const { warnings, report } = await up("1");
    assert.deepEqual([warnings, report.switch?.reloads], [[], 0]);
    await assertInvariants(on, { serves: "1" });
    assert.deepEqual(await on.workers(), before);
  });

  test("is what it was after an unhealthy version, or one that fails its smoke", async () => {
    await on.stageBuild("2", on.build("2", pageThatIsDown("2")));
    const down = on.switchTo("2", { probe: { path: "/up", expectStatus: [200] } });
    assert.match(await refusal(down), /: GET \/up answered 500 for T s \(500: down\), expected 200; restored 1\n/);
    await on.stageBuild("3", on.build("3", '<?php throw new Exception("no");'));
    assert.match(await refusal(on.switchTo("3")), /, expected a status below 500; 1 stays live$/);
    await assertInvariants(on, { serves: "1" });
    assert.deepEqual(await on.observe("1"), { liveVersion: "1" });
  });

  test("shows a current that was moved by hand, and nothing else", async () => {
    await on.stage("4");
    await machine.must(
      `ln -sfn releases/4 ${machine.deployPath}/current; echo 'set $root_dir /nowhere;' >${on.site.includePath}`,
    );
    await on.reload();
    assert.deepEqual((await stack.refresh()).changes, [
      '~ current: "as released" => "points at releases/4"',
      '~ liveVersion: "1" => "4"',
    ]);
    await up("1");
    await assertInvariants(on, { serves: "1" });
    assert.deepEqual(await on.observe("1"), { liveVersion: "1" });
    assert.equal((await on.switchTo("1")).report.status, "unchanged");
  });

  for (const [event, end] of [
    ["a reboot", () => machine.powerOff()],
    ["a power cut", () => machine.powerCut()],
  ] as const)
    test(`has no drift after ${event}`, async () => {
      await end();
      await machine.boot();
      await assertInvariants(on, { serves: "1" });
      assert.deepEqual(await on.observe("1"), { liveVersion: "1" });
    });

  test("goes to the include by an ordinary update, once root has nginx read it", async () => {
    await machine.must(`mv /root/rights ${rights}`);
    on.strategy = "include";
    assert.deepEqual((await stack.preview(args("1"))).changes, ['~ strategy: "symlink" => "include"']);
    assert.match(
      (await stack.up(args("1"))).errors.join(),
      /nginx does not read .*root_dir\.nginx\.conf, expected .*; restored 1\. Put them there/,
    );
    await on.follow("include");
    await assertInvariants(on, { serves: "1" });
    await up("1");
    await assertInvariants(on, { serves: "1" });
    assert.deepEqual(await on.observe("1"), { liveVersion: "1" });
  });

  test("comes back to the link, once root has nginx follow it", async () => {
    on.strategy = "symlink";
    assert.match(
      (await stack.up(args("4"))).errors.join(),
      /: requests do not resolve through \S+\/current: GET \S+\.css answered .*; restored 1\. Put/,
    );
    on.strategy = "include";
    await assertInvariants(on, { serves: "1" });
    assert.deepEqual(await on.observe("1"), { liveVersion: "1" });
    await on.follow("symlink");
    await up("4");
    await assertInvariants(on, { serves: "4" });
  });
});
