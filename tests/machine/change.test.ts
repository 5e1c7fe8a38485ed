import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { Stack } from "../support/stack.ts";
import { changesIn } from "../support/told.ts";

// Each test goes on where the one before it ended, as the days of a site do.
for (const suite of suites) {
  describe(`a site on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    let stack: Stack;
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      stack = new Stack();
      stack.declare(on.args("1"));
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
    });
    after(async () => {
      stack?.close();
      on?.close();
      await machine?.close();
    });

    test("previews a change of version without a word to the host", async () => {
      stack.declare(on.args("2"));
      machine.cutLink();
      const preview = await stack.preview().finally(() => machine.restoreLink());
      const digests = /"[0-9a-f]{64}" => "[0-9a-f]{64}"/;
      const builds = on.build("1").replace(/1$/, "");
      const { deployPath } = machine;
      const releaseDir = `~ releaseDir: "${deployPath}/releases/1" => "${deployPath}/releases/2"`;
      assert.deepEqual(
        changesIn(preview).map((line) => line.replace(digests, "DIGEST => DIGEST")),
        [
          releaseDir,
          `~ source: "${builds}1" => "${builds}2"`,
          "~ sourceDigest: DIGEST => DIGEST",
          '~ version: "1" => "2"',
          '~ liveVersion: "1" => "2"',
          releaseDir,
          `~ rootDir: "${on.root("1")}" => "${on.root("2")}"`,
          '~ version: "1" => "2"',
          '~ live: "1" => "2"',
          `~ rootDir: "${on.root("1")}" => "${on.root("2")}"`,
        ],
      );
      await assertInvariants(on, { serves: "1" });
    });

    test("goes to version 2", async () => {
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
      await assertInvariants(on, { serves: "2" });
      const { live, previous, rootDir, report } = await stack.outputs();
      assert.deepEqual({ live, previous, rootDir }, { live: "2", previous: "1", rootDir: on.root("2") });
      const { seconds: _, ...rest } = report?.switch ?? {};
      assert.deepEqual(rest, {
        drain: "drained",
        opcache: "invalidate: 0 scripts, cleared",
        probes: 1,
        reloads: 1,
        smoke: "answered 200",
        status: "switched",
      });
      assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), "releases/2\n");
    });

    test("has no drift, and the refresh leaves nothing to do", async () => {
      const refresh = await stack.refresh();
      assert.equal(refresh.code, 0, refresh.stdout);
      assert.deepEqual(changesIn(refresh.stdout), []);
      assert.match(refresh.stdout, /^ {4}4 unchanged$/m);
      const preview = await stack.preview();
      assert.deepEqual(changesIn(preview), []);
      assert.match(preview, /^ {4}4 unchanged$/m);
    });

    test("is not reloaded when the host has nothing to do", async () => {
      const before = await on.workers();
      stack.declare(on.args("2", { probe: { count: 2 } }));
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
      const { status, reloads } = (await stack.outputs()).report?.switch ?? {};
      assert.deepEqual({ status, reloads }, { status: "unchanged", reloads: 0 });
      assert.deepEqual(await on.workers(), before);
      await assertInvariants(on, { serves: "2" });
    });

    test("has no drift after somebody else's reload", async () => {
      await on.reload();
      assert.deepEqual(await on.observe("2"), { liveVersion: "2" });
      assert.equal((await on.switchTo("2")).report.status, "unchanged");
    });

    for (const [event, end] of [
      ["a reboot", () => machine.powerOff()],
      ["a power cut", () => machine.powerCut()],
    ] as const)
      test(`has no drift after ${event}`, async () => {
        await end();
        await machine.boot();
        await assertInvariants(on, { serves: "2" });
        assert.deepEqual(await on.observe("2"), { liveVersion: "2" });
        assert.equal((await on.switchTo("2")).report.status, "unchanged");
      });
  });
}
