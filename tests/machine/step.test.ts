import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";
import { Updates } from "../support/updates.ts";

// One stack goes through all of it, in this order.
describe("a site with steps and a prepare", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  before(async () => {
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("web1", { suite: "trixie" });
  });
  after(async () => {
    stack?.close();
    updates.close();
    await machine?.close();
    builds?.close();
  });

  // Each says what is live while it runs.
  const step = (name: string, when: string, runOn: string) => {
    const live = 'sed -n "s,.*releases/\\([^/]*\\)/.*,\\1,p" $DEPLOY_PATH/root_dir.nginx.conf | grep . || echo nothing';
    return { name, when, runOn, command: `echo ${name} $VERSION at "$(${live})" | tee -a $DEPLOY_PATH/steps.log` };
  };
  const steps = [
    step("migrate", "before", "deploy"),
    step("undo", "before", "rollback"),
    step("restart", "after", "both"),
  ];
  const args = (version: string, more: PlainArgs = {}): PlainArgs => ({
    connection: machine.connection,
    deployPath: machine.deployPath,
    version,
    source: builds.make(version),
    drainTimeout: 1,
    prepare: ["echo prepared $VERSION >prepared"],
    steps,
    ...more,
  });
  /** What ran since it was asked last. */
  const ran = async () => {
    const log = `${machine.deployPath}/steps.log`;
    const lines = await machine.must(`[ ! -f ${log} ] || cat ${log}; rm -f ${log}`);
    return lines.split("\n").filter(Boolean);
  };
  /** What `pulumi up` runs. */
  const releases = async (wanted: PlainArgs, name?: string) => {
    stack.declare(wanted, name);
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    return ran();
  };
  const updates = new Updates();
  const updated = async (wanted: PlainArgs) => {
    assert.deepEqual((await updates.up(wanted)).errors, []);
    return ran();
  };

  test("runs them for 1, 2, 1 and 2 as runOn says", async () => {
    assert.deepEqual(await releases(args("1")), ["migrate 1 at nothing", "restart 1 at 1"]);
    assert.deepEqual(await releases(args("2")), ["migrate 2 at 1", "restart 2 at 2"]);
    assert.deepEqual(await releases(args("1")), ["undo 1 at 2", "restart 1 at 1"]);
    assert.deepEqual(await releases(args("2")), ["undo 2 at 1", "restart 2 at 2"]);
    const prepared = await machine.must(`cat ${machine.deployPath}/releases/*/prepared`);
    assert.equal(prepared, "prepared 1\nprepared 2\n");
    assert.match(await stack.preview("--refresh", "--expect-no-changes"), /^ {4}7 unchanged$/m);
  });

  test("keeps what a step printed, and why it did not run, in its state", async () => {
    const { deployment } = JSON.parse(await stack.state());
    const outputs = (deployment.resources as { urn: string; outputs: Record<string, unknown> }[]).flatMap(
      ({ urn, outputs }) =>
        urn.includes(":Step::") ? [[urn.replace(/.*::/, ""), outputs.stdout, outputs.report]] : [],
    );
    const told = outputs.map(([name, stdout, report]) => {
      const { status, reason } = report as { status: string; reason: string };
      return [name, stdout, status, reason];
    });
    assert.deepEqual(told.sort(), [
      ["example.com-migrate", "", "skipped", "2 was live before"],
      ["example.com-restart", "restart 2 at 2\n", "ran", "2 comes back"],
      ["example.com-undo", "undo 2 at 1\n", "ran", "2 comes back"],
    ]);
  });

  test("runs nothing when it becomes another resource", async () => {
    assert.deepEqual(await releases(args("2", { serverName: machine.serverName }), "shop"), []);
    assert.deepEqual(await releases(args("2")), []);
  });

  // From here on Pulumi would add nothing but its time.
  test("runs nothing for a rotated key, another text, or another step before them", async () => {
    assert.deepEqual(await updated(args("2")), []);
    const { privateKeyPath, ...connection } = machine.connection;
    const rotated = join(builds.dir, "rotated");
    copyFileSync(privateKeyPath, rotated);
    assert.deepEqual(await updated(args("2", { connection: { ...connection, privateKeyPath: rotated } })), []);
    const rewritten = steps.map((one) => ({ ...one, command: `${one.command}; exit 1`, timeout: 5 }));
    assert.deepEqual(await updated(args("2", { steps: rewritten })), []);
    const inserted = [step("backup", "before", "both"), ...steps, step("warm", "after", "both")];
    assert.deepEqual(await updated(args("2", { steps: inserted })), []);
    assert.deepEqual(await updated(args("3", { steps: inserted })), [
      "backup 3 at 2",
      "migrate 3 at 2",
      "restart 3 at 3",
      "warm 3 at 3",
    ]);
    assert.deepEqual(await updated(args("3")), []);
  });

  test("is not switched when a step before fails, and runs it at the next up", async () => {
    const broken = { ...step("migrate", "before", "deploy"), command: "echo no such table; exit 4" };
    const { errors } = await updates.up(args("4", { steps: [broken, ...steps.slice(1)] }));
    assert.match(
      errors.join(),
      /Cannot run step migrate for 4 on \S+: it ended with exit code 4, and printed last: no such table; what it did stays done\. Nothing was switched\. The next `pulumi up` runs the step again/,
    );
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 3" });
    assert.deepEqual(await ran(), []);
    assert.deepEqual(await updated(args("4")), ["migrate 4 at 3", "restart 4 at 4"]);
  });

  test("does not run a step again after a switch that failed", async () => {
    const down = builds.make("5-down", { "public/index.php": '<?php http_response_code(500); echo "down";' });
    assert.equal((await updates.up(args("5", { source: down }))).errors.length, 1);
    assert.deepEqual(await ran(), ["migrate 5 at 4"]);
    assert.equal((await updates.up(args("5", { source: down }))).errors.length, 1);
    assert.deepEqual(await ran(), []);
    assert.deepEqual(await updated(args("4")), []);
    assert.deepEqual(await updated(args("6")), ["migrate 6 at 4", "restart 6 at 6"]);
  });

  test("runs a step after the switch at the next up, if it failed", async () => {
    const broken = [...steps.slice(0, 2), { ...step("restart", "after", "both"), command: "exit 5" }];
    const { errors } = await updates.up(args("7", { steps: broken }));
    assert.match(errors.join(), /it ended with exit code 5; what it did stays done\. The version is live\./);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 7" });
    assert.deepEqual(await ran(), ["migrate 7 at 6"]);
    assert.deepEqual(await updated(args("7")), ["restart 7 at 7"]);
  });
});
