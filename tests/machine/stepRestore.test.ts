import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { type Result, until } from "../support/command.ts";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { family } from "../support/processes.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";
import { errorsIn, warningsIn } from "../support/told.ts";
import { Updates } from "../support/updates.ts";

// One stack goes through all of it, in this order.
describe("a site whose steps can be undone", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let on: MachineSite;
  let stack: Stack;
  let builds: Builds;
  /** In place of Pulumi, where it has no part. */
  const updates = new Updates();
  before(async () => {
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("web1", { suite: "trixie" });
    on = new MachineSite(machine);
  });
  after(async () => {
    stack?.close();
    updates.close();
    on?.close();
    await machine?.close();
    builds?.close();
  });

  // Each says what is live while it runs.
  const say = (what: string) => {
    const live = 'sed -n "s,.*releases/\\([^/]*\\)/.*,\\1,p" $DEPLOY_PATH/root_dir.nginx.conf | grep . || echo nothing';
    return `echo ${what} $VERSION at "$(${live})" | tee -a $DEPLOY_PATH/steps.log`;
  };
  const step = (name: string): PlainArgs => ({
    ...{ name, when: "before", command: say(name), onRestore: `${say(`undo-${name}`)}; sleep 0.5` },
  });
  const steps = [step("backup"), step("migrate"), { name: "restart", when: "after", command: say("restart") }];
  const healthy = { path: "/", timeout: 5 };
  const unhealthy = { path: "/", expectStatus: [204], timeout: 1 };
  const args = (version: string, more: PlainArgs = {}): PlainArgs => ({
    connection: machine.connection,
    deployPath: machine.deployPath,
    version,
    source: builds.make(version),
    drainTimeout: 1,
    probe: healthy,
    steps,
    ...more,
  });
  const up = async (wanted: PlainArgs) => {
    stack.declare(wanted);
    return stack.up();
  };
  const succeeds = async (wanted: PlainArgs) => {
    const result = await up(wanted);
    assert.equal(result.code, 0, result.stdout + result.stderr);
    return result;
  };
  /** What ran since it was asked last. */
  const ran = async () => {
    const log = `${machine.deployPath}/steps.log`;
    const lines = await machine.must(`[ ! -f ${log} ] || cat ${log}; rm -f ${log}`);
    return lines.split("\n").filter(Boolean);
  };
  const probeFailed = (version: string, old: string) =>
    `Cannot switch example.com to ${version} on ${machine.address}: GET / answered 200 for T s (200: version ${version}), expected 204; restored ${old}`;
  /** Pulumi with all its children dies while the version is probed; the host restores by itself. */
  const kill = async (version: string, old: string) => {
    stack.declare(args(version, { probe: { ...unhealthy, timeout: 25 } }));
    const dying = stack.up();
    await until("the probe", 30, async () => (await on.journal()).at(-1) === `reloaded ${version}`);
    for (const { pid } of family([], `PULUMI_HOME=${stack.dir}/home`)) process.kill(pid, "SIGKILL");
    await dying;
    await until("the restore", 10, async () => (await on.journal()).at(-1) === `restored ${old}`);
    await stack.pulumi("cancel", "--yes");
  };

  test("has them undone where its very first version is not well", async () => {
    assert.deepEqual((await updates.up(args("1", { probe: unhealthy }))).errors, [
      `Cannot switch example.com to 1 on ${machine.address}: GET / answered 200 for T s (200: version 1), expected 204; wrote the placeholder include; onRestore of migrate, backup ran. ` +
        "No earlier version: the site answers 404 until a healthy one is released. The next `pulumi up` to 1 runs again what was undone",
    ]);
    const undone = ["backup 1", "migrate 1", "undo-migrate 1", "undo-backup 1"];
    assert.deepEqual(
      (await ran()).map((line) => line.replace(/ at nothing$/, "")),
      undone,
    );
    assert.deepEqual((await updates.up(args("1"))).errors, []);
    assert.deepEqual(await ran(), ["backup 1 at nothing", "migrate 1 at nothing", "restart 1 at 1"]);
    await assertInvariants(on, { serves: "1" });
  });

  test("has them undone in the new release when the earlier version serves again, and run again by the next up", async () => {
    const failed = await up(args("2", { probe: unhealthy }));
    assert.equal(failed.code, 1);
    assert.deepEqual(errorsIn(failed), [
      `${probeFailed("2", "1")}; onRestore of migrate, backup ran. The next \`pulumi up\` to 2 runs again what was undone`,
    ]);
    // It is streamed to the live tree.
    assert.match(failed.stdout, /onRestore of migrate: undo-migrate 2 at 1/);
    assert.deepEqual(await ran(), ["backup 2 at 1", "migrate 2 at 1", "undo-migrate 2 at 1", "undo-backup 2 at 1"]);
    await assertInvariants(on, { serves: "1" });

    const { stdout } = await succeeds(args("2"));
    assert.match(stdout, /Step migrate ran again: it was undone after an earlier switch to 2 failed/);
    assert.deepEqual(await ran(), ["backup 2 at 1", "migrate 2 at 1", "restart 2 at 2"]);
    await assertInvariants(on, { serves: "2" });
  });

  test("runs nothing for another text of what undoes them", async () => {
    const rewritten = steps.map((one) => ("onRestore" in one ? { ...one, onRestore: "exit 1" } : one));
    for (const wanted of [args("2"), args("2", { steps: rewritten }), args("2")]) {
      assert.deepEqual((await updates.up(wanted)).errors, []);
      assert.deepEqual(await ran(), []);
    }
  });

  test("cannot undo a step after the switch", async () => {
    stack.declare(args("2", { steps: [{ ...step("late"), when: "after" }] }));
    const { code, stdout, stderr } = await stack.pulumi("preview");
    assert.notEqual(code, 0);
    assert.match(
      stdout + stderr,
      /step\.onRestore is for a step before the switch: one after it never ran when a restore comes/,
    );
  });

  test("goes on after an up that was killed, and has them undone when the version fails again", async () => {
    await kill("3", "2");
    assert.deepEqual(await ran(), ["backup 3 at 2", "migrate 3 at 2"]);
    const failed = await up(args("3", { probe: unhealthy }));
    assert.deepEqual(errorsIn(failed), [
      `${probeFailed("3", "2")}; onRestore of migrate, backup ran. The next \`pulumi up\` to 3 runs again what was undone`,
    ]);
    assert.deepEqual(await ran(), ["undo-migrate 3 at 2", "undo-backup 3 at 2"]);
    await assertInvariants(on, { serves: "2" });
  });

  test("tells of what a killed up left when another version takes its place", async () => {
    await kill("4", "2");
    assert.deepEqual(await ran(), ["backup 4 at 2", "migrate 4 at 2"]);
    const left = (name: string) =>
      `Step ${name} ran for 4, which did not go live: its onRestore did not run, and what it did stays done`;
    // The engine prints them as they come.
    const told = (result: Result) =>
      warningsIn(result)
        .filter((text) => text.startsWith("Step"))
        .sort();
    assert.deepEqual(told(await succeeds(args("5"))), [left("backup"), left("migrate")]);
    assert.deepEqual(await ran(), ["backup 5 at 2", "migrate 5 at 2", "restart 5 at 5"]);
    assert.deepEqual(told(await succeeds(args("6"))), []);
    await assertInvariants(on, { serves: "6" });
  });
});
