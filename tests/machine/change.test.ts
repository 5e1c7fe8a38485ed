import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Applied, apply } from "../support/apply.ts";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import type { Outputs } from "../support/pulumiStack.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";
import { changesIn } from "../support/told.ts";

// Each test goes on where the one before it ended, as the days of a site do.
for (const suite of suites) {
  // The host's distribution has no part in what Pulumi does and shows: it drives one of them, and our verbs alone the other.
  const byPulumi = suite === "trixie";
  const once = { skip: byPulumi ? false : "runs on trixie" };
  describe(`a site on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    let stack: Stack;
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      stack = new Stack();
      await goTo("1");
    });
    after(async () => {
      stack?.close();
      on?.close();
      await machine?.close();
    });

    const goTo = async (version: string, further: PlainArgs = {}): Promise<Outputs> => {
      const args = on.args(version, further);
      if (!byPulumi) return outputsOf(await apply(args));
      stack.declare(args);
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
      return stack.outputs();
    };

    test("previews a change of version without a word to the host", once, async () => {
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
      const { live, previous, rootDir, report } = await goTo("2");
      await assertInvariants(on, { serves: "2" });
      assert.deepEqual({ live, previous, rootDir }, { live: "2", previous: "1", rootDir: on.root("2") });
      const { status, reloads, smoke, probes, drain, ...opcache } = report?.switch ?? {};
      assert.deepEqual([status, reloads, smoke, probes, drain], ["switched", 1, "answered 200", 1, "drained"]);
      // The smoke may have had its one script compiled before anybody looked.
      assert.match(String(opcache.warm), /^(1 scripts compiled|0 scripts compiled(, 1 there already)?)$/);
      assert.deepEqual(
        [opcache.opcache, opcache.warmSkipped, opcache.invalidated, opcache.opcacheRestarts],
        ["auto: 0 scripts, cleared", 0, 0, 0],
      );
      assert.ok(Number(opcache.opcacheUsedAfter) > 0 && Number(opcache.opcacheMaxKeys) > 0);
      assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), "releases/2\n");
    });

    test("has no drift, and the refresh leaves nothing to do", once, async () => {
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
      const { status, reloads } = (await goTo("2", { probe: { count: 2 } })).report?.switch ?? {};
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

/** What the component makes of the two resources' outputs. */
function outputsOf({ release, switch: traffic }: Applied): Outputs {
  const { liveVersion: live, previousVersion: previous, rootDir } = traffic;
  return { live, previous, rootDir, report: { release: release.report, switch: traffic.report } } as Outputs;
}
