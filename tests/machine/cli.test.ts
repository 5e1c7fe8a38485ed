import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "../support/command.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { siteCommand } from "../support/siteCommand.ts";

for (const suite of suites) {
  describe(`the command line on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
      await on.stage("1", "2");
      await on.switchTo("1");
      await on.switchTo("2");
      // Somebody on call: the same key, and no right to anything of the site's.
      await machine.must(
        "useradd --create-home --shell /bin/bash oncall && cp -r ~deploy/.ssh ~oncall/ && chown -R oncall: ~oncall/.ssh",
      );
    });
    after(async () => {
      on?.close();
      await machine?.close();
    });

    /** With nothing but the target and the key: every default is a Debian host's. */
    const ask = async (command: string, user: string) => {
      const { address, connection, deployPath, hostKey } = machine;
      const login = ["--identity", connection.privateKeyPath, "--host-key", hostKey];
      const { code, stdout, stderr } = await siteCommand(command, `${user}@${address}:${deployPath}`, ...login);
      assert.equal(stderr, "");
      return { code, lines: stdout.split("\n") };
    };
    const tree = () => machine.must("find /var/www /etc/nginx -printf '%p %i %y %m %u %s %T@ %C@\\n'");

    for (const user of ["deploy", "oncall"])
      test(`tells ${user} all there is to know, and changes nothing`, async () => {
        const before = await tree();
        const { code, lines } = await ask("status", user);
        assert.equal(code, 0);
        assert.equal(lines[0], `/var/www/example.com on ${machine.address}`);
        assert.match(lines[2] ?? "", /^live {6}2 since \S+ \S+Z \(\d+ \S+ ago\), by \S+@\S+$/);
        assert.equal(lines[3], "previous  1, which a rollback goes to");
        assert.equal(lines[4], "include   root_dir.nginx.conf names 2; the running workers have read it");
        assert.equal(lines.at(-2), "All is as it should be.");
        const history = await ask("history", user);
        assert.deepEqual(
          history.lines.map((line) => line.replace(/^.*?@\S+ +(.*?) {2}\d+ s/, "$1")),
          ["- -> 1  switched", "1 -> 2  switched", ""],
        );
        assert.equal(await tree(), before);
      });

    test("finds nginx where other users' processes are hidden, and says what that hides", async () => {
      await machine.must("mount -o remount,hidepid=2 /proc");
      const { code, lines } = await ask("status", "oncall");
      await machine.must("mount -o remount,hidepid=0 /proc");
      // Who switched saw the master's start in other units.
      assert.equal(code, 0);
      assert.equal(lines[4], "include   root_dir.nginx.conf names 2; the running workers have read it");
      assert.deepEqual(lines.slice(-5), [
        "What could be seen is as it should be.",
        "Not seen by this login:",
        "- nginx's workers: other users' processes are hidden",
        "- edits of nginx's configuration that wait for a reload",
        "",
      ]);
    });

    test("knows the master that was seen by a login that all other processes were hidden from", async () => {
      await machine.must("mount -o remount,hidepid=2 /proc");
      await on.switchTo("1");
      await machine.must("mount -o remount,hidepid=0 /proc");
      assert.equal((await ask("status", "oncall")).code, 0);
      // Nobody has read it since.
      const { includePath } = machine;
      await machine.deploy(`cp ${includePath} ${includePath}.new && mv ${includePath}.new ${includePath}`);
      assert.equal((await ask("status", "oncall")).code, 1);
    });

    test("knows nginx that was restarted from nginx that is stopped", async () => {
      await machine.must("systemctl restart nginx.service");
      assert.equal((await ask("status", "oncall")).code, 0);
      await machine.must("systemctl stop nginx.service");
      await until("the pid file's end", 5, async () => (await machine.root("test -e /run/nginx.pid")).code === 1);
      const { code, lines } = await ask("status", "oncall");
      assert.equal(code, 1);
      assert.deepEqual(lines.slice(-4), [
        "Not as it should be:",
        "- nginx does not run, or its pid file is another one",
        "  next: As root: systemctl start nginx.service; if it runs: --pid-file <path>",
        "",
      ]);
      await machine.must("systemctl start nginx.service");
    });
  });
}
