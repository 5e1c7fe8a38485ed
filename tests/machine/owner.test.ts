import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { Stack } from "../support/stack.ts";
import { errorsIn, warningsIn } from "../support/told.ts";

// Who owns a site does not depend on the host's distribution.
describe("a site of two stacks", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let on: MachineSite;
  let first: Stack;
  let second: Stack;
  before(async () => {
    machine = await startMachine("web1", { suite: "trixie" });
    on = new MachineSite(machine);
    first = new Stack("first");
    second = new Stack("second");
  });
  after(async () => {
    first?.close();
    second?.close();
    on?.close();
    await machine?.close();
  });

  test("belongs to the stack that came last, which is warned", async () => {
    first.declare(on.args("1"));
    const up = await first.up();
    assert.equal(up.code, 0, up.stdout);
    assert.deepEqual(warningsIn(up), []);
    second.declare(on.args("2"));
    const over = await second.up();
    assert.equal(over.code, 0, over.stdout);
    assert.deepEqual(warningsIn(over), ["The site was taken over from example.com of stack site/first since T"]);
    await assertInvariants(on, { serves: "2" });
  });

  test("is refused to the other stack's update, until that one says that it takes over", async () => {
    first.declare(on.args("3"));
    const refused = await first.up();
    assert.equal(refused.code, 1);
    assert.deepEqual(errorsIn(refused), [
      `Cannot switch example.com to 3 on ${machine.address}: the site is owned by example.com of stack site/second since T. ` +
        "Set `takeOver: true` if this stack is to have it",
    ]);
    await assertInvariants(on, { serves: "2" });
    first.declare(on.args("3", { takeOver: true }));
    const up = await first.up();
    assert.equal(up.code, 0, up.stdout);
    assert.deepEqual(warningsIn(up), ["The site was taken over from example.com of stack site/second since T"]);
    await assertInvariants(on, { serves: "3" });
  });
});
