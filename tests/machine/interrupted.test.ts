import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { until } from "../support/command.ts";
import { assertInvariants } from "../support/invariants.ts";
import { isOpen } from "../support/journalLines.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite, pageThatIsDown } from "../support/machineSite.ts";
import { family } from "../support/processes.ts";
import { Stack } from "../support/stack.ts";
import { refusal } from "../support/told.ts";

const skip = machinesUnavailable() ?? false;
const steps = {
  include: ["trying the release", "testing nginx", "switching to", "reloading", "probing", "committed"],
  symlink: ["trying the release", "switching to", "probing", "committed"],
};

const cases = [
  ...suites.map((suite) => ({ suite, strategy: "include" }) as const),
  { suite: "trixie", strategy: "symlink" } as const,
];

for (const { suite, strategy } of cases) {
  // What takes its time, and the host's distribution has no part in, runs on one.
  const once = { skip: suite === "trixie" ? false : "runs on trixie" };
  // What the strategy has no part in either.
  const byInclude = { skip: once.skip || (strategy === "symlink" && "runs by include") };
  describe(`a switch by ${strategy} that is interrupted on ${suite}`, { skip }, () => {
    let machine: Machine;
    let on: MachineSite;
    let count = 1;
    // What each test starts from: `old` is live, `next` is on the host.
    let old: string;
    let next: string;
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      if (strategy === "symlink") await on.follow(strategy);
    });
    beforeEach(async () => {
      [old, next] = [`${count++}`, `${count++}`];
      await on.stage(old, next);
      await on.switchTo(old);
    });
    after(async () => {
      on?.close();
      await machine?.close();
    });

    for (const [index, step] of steps[strategy].entries())
      test(
        `by a power cut at "${step}" boots into one whole version, and the next switch goes through`,
        once,
        async (context) => {
          const delay = Math.floor(Math.random() * 40);
          let cut: Promise<void> | undefined;
          // A version that would never be committed is still open when the power goes.
          const wish = step === "probing" ? { probe: { expectStatus: [204], timeout: 10 } } : {};
          const ended = on.switchTo(next, wish, (now, transport) => {
            if (!now.startsWith(step) || cut !== undefined) return;
            cut = new Promise((resolve) => setTimeout(resolve, delay)).then(() => machine.powerCut());
            void cut.finally(() => transport.close());
          });
          await ended.catch(() => {}); // it ends in one way or the other
          await cut;
          context.diagnostic(`cut ${delay} ms after "${step}"`);
          await machine.boot();
          await assertInvariants(on, { serves: [old, next], interrupted: true });
          // In turn the next switch finishes what was interrupted, and goes elsewhere.
          const wanted = index % 2 === 0 ? next : old;
          const open = isOpen(await on.entries());
          if (step === "probing") assert.equal(open, true);
          const { warnings } = await on.switchTo(wanted);
          const found =
            wanted === next ? `finishing ${next}` : `restored ${old} after an interrupted switch to ${next}`;
          assert.deepEqual(warnings, open ? [`An interrupted switch was found: ${found}`] : []);
          await assertInvariants(on, { serves: wanted });
          assert.deepEqual(await on.observe(wanted), { liveVersion: wanted });
        },
      );

    test("and left temporary files has them removed by the next", async () => {
      const { deployPath, includePath } = on.site;
      const own = `${deployPath}/.site-release`;
      const include = includePath.replace(/([^/]+)$/, ".$1.site-release-0123456789ab.before");
      await machine.deploy(
        `cd ${own} && touch .owner.0123456789ab ${include} && ln -s releases/0 .current.0123456789ab`,
      );
      await on.switchTo(next);
      await assertInvariants(on, { serves: next });
    });

    test("by the end of its client's input restores at once", async () => {
      const start = performance.now();
      const gone = on.switchTo(next, { probe: { path: "/up", expectStatus: [204], timeout: 20 } }, (now, transport) => {
        if (now.startsWith("probing")) transport.close();
      });
      await assert.rejects(gone);
      await until("the restore", 5, async () => (await on.journal()).at(-1) === `restored ${old}`);
      assert.ok(performance.now() - start < 8000);
      await assertInvariants(on, { serves: old });
      assert.deepEqual(await on.observe(old), { liveVersion: old });
    });

    test("by silence restores within commitTimeout, and says so when the link is back", byInclude, async () => {
      const plan = { commitTimeout: 3, probe: { expectStatus: [204], timeout: 10 } };
      const silent = refusal(
        on.switchTo(next, plan, (now) => {
          if (now.startsWith("probing")) machine.cutLink();
        }),
      );
      try {
        await until("the restore", 10, async () => (await on.journal()).at(-1) === `restored ${old}`);
      } finally {
        machine.restoreLink();
      }
      assert.equal(
        await silent,
        `Cannot switch example.com to ${next} on ${machine.address}: the client fell silent (silence for 3 s); restored ${old}`,
      );
      await assertInvariants(on, { serves: old });
    });

    test("never by another one of the same site: both end, and the last one wins", async () => {
      const [one, other] = [on.switchTo(next), on.switchTo(old)];
      const ends = await Promise.all([one, other]);
      const { status } = ends[1].report;
      const committed = (await on.journal()).filter((line) => line.startsWith("committed"));
      await assertInvariants(on, { serves: (committed.at(-1) ?? "").replace("committed ", "") });
      assert.ok(status === "switched" || status === "unchanged");
      assert.equal(ends[0].report.status, "switched");
    });

    test(
      "by SIGKILL of pulumi alone is brought to its end by the provider, and pulumi cancel lets the next up in",
      byInclude,
      async () => {
        const stack = new Stack();
        try {
          const late = `${count++}`;
          const up = `${machine.deployPath}/up`;
          const php = `<?php if ($_SERVER["REQUEST_URI"] === "/up" && !file_exists("${up}")) { http_response_code(500); exit; } echo "version ${late}";`;
          stack.declare(on.args(late, { probe: { path: "/up", timeout: 60 } }, php));
          const killed = await stack.begin("up", "--yes", "--skip-preview");
          await until("the probe", 60, async () => (await on.journal()).at(-1) === `reloaded ${late}`);
          process.kill(killed.pid, "SIGKILL");
          await machine.must(`touch ${up}`);
          await until("the commit", 60, async () => (await on.journal()).at(-1) === "drained");
          // Pulumi leaves them behind, and they hold what it wrote to open.
          for (const { pid } of family([], `PULUMI_HOME=${stack.dir}/home`)) process.kill(pid, "SIGKILL");
          await killed.ended;
          await assertInvariants(on, { serves: late });
          const refused = await stack.up();
          assert.match(refused.stdout + refused.stderr, /the stack is currently locked/);
          await stack.pulumi("cancel", "--yes");
          const again = await stack.up();
          assert.equal(again.code, 0, again.stdout + again.stderr);
          assert.equal((await stack.outputs()).report?.switch?.status, "unchanged");
          await assertInvariants(on, { serves: late });
        } finally {
          stack.close();
        }
      },
    );

    test("by SIGKILL of all of Pulumi while it probes is restored by the host itself", byInclude, async () => {
      const stack = new Stack();
      try {
        const down = `${count++}`;
        stack.declare(on.args(down, { probe: { path: "/up", timeout: 25 } }, pageThatIsDown(down)));
        const up = stack.up();
        await until("the probe", 60, async () => (await on.journal()).at(-1) === `reloaded ${down}`);
        assert.deepEqual(await machine.http("/"), { status: 200, body: `version ${down}` });
        const killed = family([], `PULUMI_HOME=${stack.dir}/home`);
        for (const { pid } of killed) process.kill(pid, "SIGKILL");
        assert.ok(killed.length >= 3, "pulumi, its language host and its dynamic provider");
        await up;
        await until("the restore", 5, async () => (await on.journal()).at(-1) === `restored ${old}`);
        await assertInvariants(on, { serves: old });
        stack.declare(on.args(next));
        await stack.pulumi("cancel", "--yes");
        const again = await stack.up();
        assert.equal(again.code, 0, again.stdout + again.stderr);
        await assertInvariants(on, { serves: next });
      } finally {
        stack.close();
      }
    });
  });
}
