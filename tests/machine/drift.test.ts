import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { Stack } from "../support/stack.ts";
import { changesIn } from "../support/told.ts";
import { Updates } from "../support/updates.ts";

const UNPROVED = "no proof that they read the include as it is now";

for (const suite of suites) {
  // What takes its time, and the host's distribution has no part in, runs on one.
  const once = { skip: suite === "trixie" ? false : "runs on trixie" };
  describe(`what somebody changed by hand on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    let stack: Stack;
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      stack = new Stack();
      await on.stage("1");
      await on.switchTo("1");
      if (once.skip) {
        await on.stage("2");
        await on.switchTo("2");
        return;
      }
      stack.declare(on.args("2"));
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
    });
    after(async () => {
      stack?.close();
      updates.close();
      on?.close();
      await machine?.close();
    });

    test("in the include is shown by refresh and preview, and repaired by the next up", once, async () => {
      await machine.must(`echo 'set $root_dir ${on.root("1")};' >${on.site.includePath}`);
      const refresh = await stack.refresh();
      assert.equal(refresh.code, 0, refresh.stdout);
      assert.deepEqual(changesIn(refresh.stdout), [
        `~ include: "as released" => "names ${on.root("1")}"`,
        '~ liveVersion: "2" => "1"',
        `~ workers: "as released" => "${UNPROVED}"`,
      ]);
      assert.deepEqual(changesIn(await stack.preview()).slice(0, 3), [
        `~ include: "names ${on.root("1")}" => "as released"`,
        '~ liveVersion: "1" => "2"',
        `~ workers: "${UNPROVED}" => "as released"`,
      ]);
      const up = await stack.up();
      assert.equal(up.code, 0, up.stdout);
      await assertInvariants(on, { serves: "2" });
      assert.deepEqual(await on.observe("2"), { liveVersion: "2" });
    });

    test(
      "in the state, by an older backup of it, is put right by the next up, which says what it found",
      once,
      async () => {
        const backup = join(stack.dir, "backup.json");
        writeFileSync(backup, await stack.state());
        stack.declare(on.args("5"));
        const newer = await stack.up();
        assert.equal(newer.code, 0, newer.stdout);
        const before = await on.workers();
        await stack.pulumi("stack", "import", "--file", backup);
        assert.deepEqual(changesIn(await stack.preview()).slice(-3), [
          '~ version: "2" => "5"',
          '~ live: "2" => "5"',
          `~ rootDir: "${on.root("2")}" => "${on.root("5")}"`,
        ]);
        const up = await stack.up();
        assert.equal(up.code, 0, up.stdout);
        const { live, previous, report } = await stack.outputs();
        assert.deepEqual({ live, previous }, { live: "5", previous: "2" });
        assert.deepEqual([report?.release?.status, report?.switch?.status], ["reused", "unchanged"]);
        assert.deepEqual(await on.workers(), before);
        // And where the program is as old as the backup is.
        await stack.pulumi("stack", "import", "--file", backup);
        stack.declare(on.args("2"));
        const refresh = await stack.refresh();
        assert.deepEqual(changesIn(refresh.stdout), [
          '~ current: "as released" => "points at releases/5"',
          `~ include: "as released" => "names ${on.root("5")}"`,
          '~ liveVersion: "2" => "5"',
        ]);
        const back = await stack.up();
        assert.equal(back.code, 0, back.stdout);
        await assertInvariants(on, { serves: "2" });
        assert.equal((await stack.outputs()).previous, "5");
      },
    );

    // How Pulumi shows what read() finds is seen above.
    const updates = new Updates();

    test("in nginx's own files is shown by refresh once they are in force, and in current too", once, async () => {
      assert.deepEqual((await updates.up(on.args("2"))).errors, []);
      const block = "/etc/nginx/sites-enabled/example.com";
      const { deployPath } = machine;
      await machine.must(
        `cp ${block} /tmp/block && sed -i 's,^ *include ${deployPath}.*,set $root_dir /tmp;,' ${block}`,
      );
      await machine.must(`ln -sfn releases/1 ${deployPath}/current && systemctl restart nginx.service`);
      const unnamed = `${block} names the include no more`;
      assert.deepEqual((await updates.refresh()).changes, [
        '~ current: "as released" => "points at releases/1"',
        `~ workers: "as released" => "${unnamed}"`,
      ]);
      assert.deepEqual((await updates.up(on.args("2"))).errors, [
        `Cannot switch example.com to 2 on ${machine.address}: nginx does not read ${on.site.includePath}, expected ` +
          `"include ${on.site.includePath};" and "root $root_dir;" in the server block of example.com; restored 2. ` +
          "Put them there (nginxSnippet() gives a whole server block), and reload nginx",
      ]);
      await machine.must(`cp /tmp/block ${block} && systemctl reload nginx.service`);
      assert.deepEqual((await updates.up(on.args("2"))).errors, []);
      await assertInvariants(on, { serves: "2" });
      assert.deepEqual((await updates.refresh()).changes, []);
    });

    test("in the include is shown by refresh where nginx was restarted with it as well", once, async () => {
      // A master that started within a tenth of a second of the change proves nothing (host/switch/witness.sh).
      await machine.must(
        `echo 'set $root_dir ${on.root("1")};' >${on.site.includePath} && sleep 0.2 && systemctl restart nginx.service`,
      );
      assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
      assert.deepEqual((await updates.refresh()).changes, [
        `~ include: "as released" => "names ${on.root("1")}"`,
        '~ liveVersion: "2" => "1"',
      ]);
      assert.deepEqual((await updates.up(on.args("2"))).errors, []);
      await assertInvariants(on, { serves: "2" });
    });

    test("in the live release is shown by refresh, and put right by the next up", once, async () => {
      const { deployPath } = machine;
      await machine.must(`echo ' ' >>${deployPath}/releases/2/public/index.php`);
      const changed = "changed: public/index.php";
      assert.deepEqual((await updates.refresh()).changes, [`~ releaseState: "complete" => "${changed}"`]);
      const kept = await updates.up(on.args("2"));
      assert.deepEqual(kept.errors, []);
      assert.deepEqual(kept.warnings, [
        `${deployPath}/releases/2 is no longer what was put there (public/index.php is not); it is used as it is. For its first content use a new version`,
      ]);
      assert.equal((await updates.preview(on.args("2"))).resources, 1);
      await machine.must(`rm -r ${deployPath}/releases/2/public`);
      assert.deepEqual((await updates.refresh()).changes, []);
      await machine.must(`rm -r ${deployPath}/releases/2`);
      assert.deepEqual((await updates.refresh()).changes, ['~ releaseState: "changed: public/index.php" => "missing"']);
      assert.deepEqual((await updates.up(on.args("2"))).errors, []);
      await assertInvariants(on, { serves: "2" });
    });

    const edits = [
      {
        edit: "an include that names another version",
        script: () => `echo 'set $root_dir ${on.root("1")};' >${on.site.includePath}`,
        seen: () => ({ liveVersion: "1", include: `names ${on.root("1")}`, workers: UNPROVED }),
      },
      {
        edit: "an include that nginx refuses",
        script: () => `echo 'set $root_dir' >${on.site.includePath}`,
        seen: () => ({ include: "edited: set $root_dir", workers: UNPROVED }),
      },
      {
        edit: "an include of other words",
        script: () => `printf '%s\\n' '# by hand' 'set $root_dir ${on.root("1")};' >${on.site.includePath}`,
        seen: () => ({ include: `edited: # by hand set $root_dir ${on.root("1")};`, workers: UNPROVED }),
      },
      {
        edit: "the same text in a new file",
        script: () => `cp ${on.site.includePath} /tmp/i; rm ${on.site.includePath}; mv /tmp/i ${on.site.includePath}`,
        seen: () => ({ liveVersion: "2", workers: UNPROVED }),
      },
      {
        edit: "a removed include",
        script: () => `rm ${on.site.includePath}`,
        seen: () => ({ include: "missing", workers: UNPROVED }),
      },
      {
        edit: "a current moved by hand",
        script: () => `ln -sfn releases/1 ${machine.deployPath}/current`,
        seen: () => ({ liveVersion: "2", current: "points at releases/1" }),
      },
    ];
    for (const { edit, script, seen } of edits)
      test(`as ${edit} is seen, and the next switch to the same version repairs it`, async () => {
        await machine.must(script());
        assert.deepEqual(await on.observe("2"), seen());
        await on.switchTo("2");
        await assertInvariants(on, { serves: "2" });
        assert.deepEqual(await on.observe("2"), { liveVersion: "2" });
      });
  });
}
