import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { reloadWarning } from "../../provider/switch/report.ts";
import { until } from "../support/command.ts";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { contentsIn, contentsOn } from "../support/releaseOnDisk.ts";
import { Stack } from "../support/stack.ts";
import { Updates } from "../support/updates.ts";

// Who owns a site does not depend on the host's distribution.
describe("a site of two stacks", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let on: MachineSite;
  const first = new Updates("first");
  const second = new Updates("second");
  before(async () => {
    machine = await startMachine("web1", { suite: "trixie" });
    on = new MachineSite(machine);
  });
  after(async () => {
    first.close();
    second.close();
    on?.close();
    await machine?.close();
  });

  test("belongs to the stack that came last, which is warned", async () => {
    const up = await first.up(on.args("1"));
    assert.deepEqual([up.errors, up.warnings], [[], [reloadWarning(await machine.must("nginx -v 2>&1"))]]);
    const over = await second.up(on.args("2"));
    const warning = "The site was taken over from example.com of stack site/first since T";
    assert.deepEqual([over.errors, over.warnings], [[], [warning]]);
    await assertInvariants(on, { serves: "2" });
  });

  test("is refused to the other stack's update, until that one says that it takes over", async () => {
    assert.deepEqual((await first.refresh()).changes, [
      '~ current: "as released" => "points at releases/2"',
      `~ include: "as released" => "names ${on.root("2")}"`,
      '~ liveVersion: "1" => "2"',
      '~ owner: "as released" => "example.com of stack site/second since T"',
    ]);
    assert.deepEqual((await first.up(on.args("3"))).errors, [
      `Cannot switch example.com to 3 on ${machine.address}: the site is owned by example.com of stack site/second since T. ` +
        "Set `takeOver: true` if this stack is to have it",
    ]);
    await assertInvariants(on, { serves: "2" });
    const up = await first.up(on.args("3", { takeOver: true }));
    const warning = "The site was taken over from example.com of stack site/second since T";
    assert.deepEqual([up.errors, up.warnings], [[], [warning]]);
    await assertInvariants(on, { serves: "3" });
    assert.deepEqual((await first.refresh()).changes, []);
  });

  test("gets a version that both put there at once from one of them, and the other uses it", async (context) => {
    // Two processes, as two people have them.
    const stacks = [new Stack("third"), new Stack("fourth")];
    context.after(() => {
      for (const stack of stacks) stack.close();
    });
    const source = on.build("4");
    writeFileSync(join(source, "public/big"), randomBytes(4_000_000));
    for (const stack of stacks) stack.declare({ ...on.args("4"), takeOver: true });
    // Both are let in at one moment, so that both send.
    const { deployPath } = machine;
    const gate = machine.deploy(
      `flock ${deployPath}/.site-release/staging sh -c 'until [ -e /tmp/go ]; do sleep 0.05; done'`,
    );
    const ups = stacks.map((stack) => stack.up());
    await until("both, at the gate", 60, async () => (await machine.root("pgrep -fc '^flock -w'")).stdout === "2\n");
    await machine.must("touch /tmp/go");
    await gate;
    for (const up of ups) assert.equal((await up).code, 0, (await up).stdout);
    const reports = await Promise.all(stacks.map(async (stack) => (await stack.outputs()).report?.release));
    assert.deepEqual(reports.map((report) => report?.status).sort(), ["reused", "uploaded"]);
    for (const report of reports) assert.ok(Number(report?.sentBytes) > 4_000_000, "both sent it");
    await assertInvariants(on, { serves: "4" });
    assert.deepEqual(await contentsOn(machine, `${deployPath}/releases/4`), contentsIn(source));
  });
});
