import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { reloadWarning } from "../../provider/switch/report.ts";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, type MachineOptions, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite, pageThatIsDown } from "../support/machineSite.ts";
import { Stack } from "../support/stack.ts";
import { refusal, type Told, toldBy } from "../support/told.ts";

const skip = machinesUnavailable() ?? false;

for (const suite of suites) {
  // The host's distribution has no part in what Pulumi does: it drives one of them, and our code alone the other.
  const release = async (
    on: MachineSite,
    stack: Stack,
    version: string,
    probe: { readonly path?: string; readonly timeout?: number } = {},
    php?: string,
  ): Promise<Told> => {
    if (suite === "bookworm") return on.release(version, { probe }, php);
    stack.declare(on.args(version, { probe }, php));
    return toldBy(await stack.up());
  };
  describe(`the first switch of a site on ${suite}`, { skip }, () => {
    let machine: Machine;
    let on: MachineSite;
    let stack: Stack;
    before(async () => {
      machine = await startMachine("unread", { suite, include: "unread" });
      on = new MachineSite(machine);
    });
    beforeEach(() => {
      stack?.close();
      stack = new Stack();
    });
    after(async () => {
      stack?.close();
      on?.close();
      await machine?.close();
    });

    test("goes live although the include is missing and nginx has never read of it", async () => {
      assert.equal((await machine.root("nginx -t")).code, 1);
      const warnings = [reloadWarning(await machine.must("nginx -v 2>&1"))];
      assert.deepEqual(await release(on, stack, "1"), { errors: [], warnings });
      await assertInvariants(on, { serves: "1" });
    });

    test("leaves the placeholder when its version is unhealthy, and the next healthy one goes live", async () => {
      await on.reset();
      const probe = { path: "/up", timeout: 1 };
      assert.deepEqual((await release(on, stack, "2", probe, pageThatIsDown("2"))).errors, [
        `Cannot switch example.com to 2 on ${machine.address}: GET /up answered 500 for T s (500: down), ` +
          "expected 200; wrote the placeholder include. " +
          "No earlier version: the site answers 404 until a healthy one is released",
      ]);
      await assertInvariants(on, { serves: "none" });
      assert.deepEqual((await release(on, stack, "3", probe)).errors, []);
      await assertInvariants(on, { serves: "3" });
    });

    test("names the error that hid behind the missing include, and leaves the site to be mended", async () => {
      await on.reset();
      const block = "/etc/nginx/sites-available/example.com";
      await machine.must(`rm ${on.site.includePath}; sed -i 's/^    index .*/&\\n    nonsense on;/' ${block}`);
      await on.stage("4");
      assert.equal(
        await refusal(on.switchTo("4")),
        `Cannot switch example.com to 4 on ${machine.address}: the configuration was red before anything was changed ` +
          '([emerg] unknown directive "nonsense" in /etc/nginx/sites-enabled/example.com:7), ' +
          'expected "sudo --non-interactive nginx -t" green. ' +
          "Somebody's edit is pending: mend it, or a reboot would leave nginx down",
      );
      await assertInvariants(on, { serves: "none", red: true });
      await machine.must(`sed -i '/nonsense/d' ${block}`);
      await on.switchTo("4");
      await assertInvariants(on, { serves: "4" });
    });
  });

  describe(`the first switch of a site whose nginx is down on ${suite}`, { skip }, () => {
    test("names the command that root must run, after which the next up is green", async () => {
      const options: MachineOptions = { suite, include: "missing" };
      const machine = await startMachine("missing", options);
      const on = new MachineSite(machine);
      try {
        assert.deepEqual((await on.release("1")).errors, [
          `Cannot switch example.com to 1 on ${machine.address}: nginx is not running. ` +
            'Start it as root ("systemctl start nginx.service"), then run "pulumi up" again; ' +
            "the configuration is tested, and its include names 1. If it runs, `nginx.pidFile` must name its pid file",
        ]);
        await machine.must("systemctl start nginx.service");
        await assertInvariants(on, { serves: "1", interrupted: true });
        assert.deepEqual((await on.release("1")).errors, []);
        await assertInvariants(on, { serves: "1" });
        assert.deepEqual(await on.observe("1"), { liveVersion: "1" });
      } finally {
        on.close();
        await machine.close();
      }
    });
  });
}
