import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "../support/command.ts";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite, page } from "../support/machineSite.ts";
import { LOG_UNSEEN, refusal } from "../support/told.ts";

for (const suite of suites) {
  describe(`nginx's workers on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      await on.stage("1", "3");
      const slow =
        'if ($_SERVER["REQUEST_URI"] === "/slow") { touch("/var/www/slow/begun"); while (!file_exists("/var/www/slow/end")) { usleep(50000); clearstatcache(); } }';
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
      // Who switched saw nginx's master, and we do not.
      assert.deepEqual(await on.observe("2"), { liveVersion: "2" });
      const slow = machine.http("/slow");
      await until("the slow request", 5, async () => (await machine.root("test -e /var/www/slow/begun")).code === 0);
      const { report, warnings } = await on.switchTo("3", {}, (step) => {
        if (step.startsWith("draining")) void machine.must("touch /var/www/slow/end");
      });
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
      assert.deepEqual(await on.observe("3"), { liveVersion: "3" });
      assert.equal((await on.switchTo("3")).report.status, "unchanged");
    });

    test("that die at their start because of our include are seen to, and the old version serves again", async () => {
      await on.switchTo("1");
      // A reload of the user's own that makes nginx.conf by the live version, as templates do.
      await machine.writeFile(
        "/usr/local/sbin/apply",
        `#!/bin/sh
if grep -q releases/3/ ${on.site.includePath}; then connections=200000000; else connections=768; fi
sed "s/worker_connections .*/worker_connections $connections;/" /root/nginx.conf >/etc/nginx/nginx.conf
exec systemctl reload nginx.service
`,
      );
      await machine.must(`chmod 755 /usr/local/sbin/apply; cp /etc/nginx/nginx.conf /root
        echo 'deploy ALL=(root) NOPASSWD: /usr/local/sbin/apply' >/etc/sudoers.d/apply`);
      const reload = "sudo --non-interactive /usr/local/sbin/apply";
      assert.equal(
        await refusal(on.switchTo("3", { nginx: { ...on.nginx, reload } })),
        `Cannot switch example.com to 3 on ${machine.address}: the new nginx workers died at their start; restored 1. ` +
          `See nginx's error log for lines with [alert] and [emerg]\n${LOG_UNSEEN}`,
      );
      await assertInvariants(on, { serves: "1" });
      assert.deepEqual(await on.observe("1"), { liveVersion: "1" });
    });

    test("come and go by somebody else's reloads at the same moment, and ours is told from them", async () => {
      for (const version of ["3", "1"]) {
        let storm: Promise<unknown> | undefined;
        await on.switchTo(version, { probe: { timeout: 10 } }, (step) => {
          if (step.startsWith("testing"))
            storm ??= machine.must("for i in 1 2 3 4 5 6 7 8; do systemctl reload nginx.service; sleep 0.1; done");
        });
        await storm;
        await assertInvariants(on, { serves: version });
        assert.deepEqual(await on.observe(version), { liveVersion: version });
      }
    });

    test("and their master too, by somebody else's restart: the switch goes through, or is taken back and says so", async () => {
      for (const at of ["reloading", "probing"]) {
        const [old, next] = at === "reloading" ? ["1", "3"] : ["3", "1"];
        let restart: Promise<unknown> | undefined;
        const serves = await on
          .switchTo(next, { probe: { timeout: 10 } }, (step) => {
            if (step.startsWith(at)) restart ??= machine.must("systemctl restart nginx.service");
          })
          .then(
            () => next,
            (error: Error) => {
              // systemd may call off our reload for the restart.
              assert.match(error.message, new RegExp(`; restored ${old}\\b`));
              return old;
            },
          );
        await restart;
        await assertInvariants(on, { serves });
        assert.deepEqual(await on.observe(serves), { liveVersion: serves });
        if (serves === old) await on.switchTo(next);
      }
    });
  });
}
