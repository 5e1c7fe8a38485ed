import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { sudoersFor } from "../../provider/texts.ts";
import { apply, refusedBy } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { must } from "../support/command.ts";
import { listing } from "../support/listing.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

for (const suite of suites) {
  // What the host's distribution has no part in runs on one.
  const once = { skip: suite === "trixie" ? false : "runs on trixie" };
  describe(`bad input for a ${suite} host gets one clear error, and nothing is touched`, {
    skip: machinesUnavailable() ?? false,
  }, () => {
    let machine: Machine;
    let builds: Builds;
    const home = process.env.HOME;
    before(async () => {
      builds = new Builds();
      machine = await startMachine("web1", { suite });
      for (const version of ["1", "2"]) builds.make(version);
      await apply(args("1"));
    });
    after(async () => {
      process.env.HOME = home;
      await machine?.close();
      builds?.close();
    });

    const args = (version: string, more: PlainArgs = {}): PlainArgs => ({
      connection: { ...machine.connection, dialErrorLimit: 1, perDialTimeout: 2 },
      deployPath: machine.deployPath,
      version,
      source: builds.path(version),
      drainTimeout: 1,
      lockTimeout: 5,
      ...more,
    });
    const login = (more: PlainArgs) => args("2", { connection: { ...machine.connection, dialErrorLimit: 1, ...more } });
    /** The error of what is declared, which leaves every file as it was and the site served. */
    const refused = async (wanted: PlainArgs) => {
      const before = await listing(machine);
      const text = await refusedBy(wanted);
      assert.deepEqual(await listing(machine), before);
      assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
      return text;
    };
    /** The same while something is amiss on the host, with version 2 there already. */
    const amiss = async (spoil: string, mend: string, wanted = args("2")) => {
      await machine.must(spoil);
      try {
        return await refused(wanted);
      } finally {
        await machine.must(mend);
      }
    };

    test("a port that nobody listens on", once, async () => {
      assert.equal(
        await refused(login({ port: 23 })),
        `Cannot connect to ${machine.address} port 23: the connection was refused: nothing listens on that port, expected an SSH server. Check connection.host and connection.port, that the machine runs, and that no firewall stands between`,
      );
    });

    test("a key that does not parse", once, async () => {
      assert.equal(
        await refused(
          login({ privateKeyPath: undefined, privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nnonsense\n" }),
        ),
        `Cannot connect to ${machine.address}: connection.privateKey is not a private key that can be read, expected a private key as ssh-keygen writes it. Give the whole text of the key, and its passphrase as connection.privateKeyPassword if it has one; or add the key to an agent and leave both out`,
      );
    });

    test("a key that needs a passphrase", once, async () => {
      const path = join(builds.dir, "locked_key");
      must("ssh-keygen", "-q", "-t", "ed25519", "-N", "correct horse", "-f", path);
      const advice =
        "expected a private key as ssh-keygen writes it. Give the whole text of the key, and its passphrase as connection.privateKeyPassword if it has one; or add the key to an agent and leave both out";
      assert.equal(
        await refused(login({ privateKeyPath: path })),
        `Cannot connect to ${machine.address}: connection.privateKeyPath ${path} needs a passphrase, ${advice}`,
      );
      const given = await refused(login({ privateKeyPath: path, privateKeyPassword: "wrong horse" }));
      assert.equal(
        given,
        `Cannot connect to ${machine.address}: connection.privateKeyPath ${path} does not open with the passphrase that was given, ${advice}`,
      );
      assert.equal(
        await refused(login({ privateKeyPath: path, privateKeyPassword: "correct horse" })),
        `Cannot log in to ${machine.address} as deploy: the host lets deploy in by publickey, password only; tried: connection.privateKeyPath ${path}. Check connection.user, and that the public key is in ~deploy/.ssh/authorized_keys on the host`,
      );
    });

    test("another host's key", once, async () => {
      const path = join(builds.dir, "host_key");
      must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path);
      const other = readFileSync(`${path}.pub`, "utf8").trim();
      const print = async (key: string) => (await machine.must("ssh-keygen -lf -", key)).split(" ")[1];
      assert.equal(
        await refused(login({ hostKey: other })),
        `Cannot connect to ${machine.address}: the host key is ssh-ed25519 ${await print(machine.hostKey)}, expected ssh-ed25519 ${await print(other)} (connection.hostKey); nothing was sent to it. Either the host was rebuilt or something answers in its place. Only if you know that it was rebuilt, set connection.hostKey to "${machine.hostKey}"`,
      );
    });

    test("a host key that nobody knows", once, async () => {
      process.env.HOME = builds.dir;
      mkdirSync(join(builds.dir, ".ssh"), { recursive: true });
      const print = (await machine.must("ssh-keygen -lf -", machine.hostKey)).split(" ")[1];
      assert.equal(
        await refused(login({ hostKey: undefined })),
        `Cannot connect to ${machine.address}: its host key is not known (ssh-ed25519 ${print}), expected a key that connection.hostKey or known_hosts names. Compare the fingerprint with the host's own (cat /etc/ssh/ssh_host_*_key.pub | ssh-keygen -lf - there); if it is the same, add this line to ~/.ssh/known_hosts: ${machine.address} ${machine.hostKey} - or set connection.hostKey to "${machine.hostKey}"`,
      );
      // The line is the right one.
      writeFileSync(join(builds.dir, ".ssh/known_hosts"), `${machine.address} ${machine.hostKey}\n`);
      await apply({ ...login({ hostKey: undefined }), version: "1" });
      process.env.HOME = home;
    });

    test("a release that nobody has", once, async () => {
      const { source: _source, ...none } = args("99");
      assert.equal(
        await refused(none),
        `Cannot put release 99 into /var/www/example.com on ${machine.address}: /var/www/example.com/releases/99 does not exist, and no source is given. Put it there (CI, Deployer) or give source`,
      );
    });

    test("a full disk", async () => {
      builds.make("big", { "public/index.php": "<?php", "public/big": "x".repeat(3 << 20) });
      await machine.must(
        "mkdir -p /var/www/small && mount -t tmpfs -o size=1m,mode=755,uid=$(id -u deploy) none /var/www/small",
      );
      const text = await refused(args("big", { deployPath: "/var/www/small" }));
      assert.match(
        text,
        new RegExp(
          `^Cannot put release big into /var/www/small on ${machine.address}: 2 files \\(3 inodes, 3076 KiB\\) are to come: big has 3072 KiB of files, /var/www/small has \\d+ KiB and \\d+ inodes free; what had arrived was removed\\. Free some space on the host$`,
        ),
      );
      assert.equal(await machine.must("cd /var/www/small && find . ! -type d"), "");
      await machine.must("umount /var/www/small");
    });

    test("no flock on the host", async () => {
      assert.equal(
        await amiss("mv /usr/bin/flock /usr/bin/flock.gone", "mv /usr/bin/flock.gone /usr/bin/flock"),
        `Cannot put release 2 into /var/www/example.com on ${machine.address}: the host has no flock. As root, on Debian: apt-get install util-linux`,
      );
    });

    test("a directory of somebody else's", async () => {
      assert.equal(
        await refused(args("2", { deployPath: "/var/www/theirs" })),
        `Cannot put release 2 into /var/www/theirs on ${machine.address}: /var/www/theirs cannot be made: mkdir: cannot create directory '/var/www/theirs': Permission denied. As root: install -d -o deploy -m 0755 /var/www/theirs`,
      );
    });

    // From here on version 2 lies on the host: what is refused is the switch.
    test("no sudo right", async () => {
      await apply(args("2"));
      await apply(args("1"));
      const [test, reload] = sudoersFor({ user: "deploy" }).trim().split("\n");
      assert.equal(
        await amiss("mv /etc/sudoers.d/deploy /root/sudoers", "mv /root/sudoers /etc/sudoers.d/deploy"),
        `Cannot switch example.com to 2 on ${machine.address}: deploy may not run "sudo --non-interactive nginx -t" without a password, expected the two sudo rights of the site's user; 1 stays live. Put these lines into /etc/sudoers.d/site-release (visudo -f keeps its mode right):\n${test}\n${reload}`,
      );
    });

    test("no nginx", async () => {
      assert.equal(
        await amiss("mv /usr/sbin/nginx /usr/sbin/nginx.gone", "mv /usr/sbin/nginx.gone /usr/sbin/nginx"),
        `Cannot switch example.com to 2 on ${machine.address}: the host has no nginx. As root, on Debian: apt-get install nginx-light`,
      );
    });

    test("a release that nginx may not read", async () => {
      assert.equal(
        await amiss("chmod 0700 /var/www/example.com/releases/2", "chmod 0755 /var/www/example.com/releases/2"),
        `Cannot switch example.com to 2 on ${machine.address}: nginx's worker may not pass /var/www/example.com/releases/2 (enter, user www-data). Let others read it, as in "chmod o+rx /var/www/example.com/releases/2"`,
      );
    });

    test("an include where deploy may not write", async () => {
      assert.equal(
        await refused(args("2", { includePath: "/etc/nginx/root_dir.conf" })),
        `Cannot switch example.com to 2 on ${machine.address}: deploy may not write in /etc/nginx. Give deploy that directory, or set \`includePath\` to a place of theirs and name it in the server block`,
      );
    });

    for (const [what, spoil] of [
      ["stale", "echo 99999 >/run/nginx.pid"],
      ["empty", ": >/run/nginx.pid"],
      ["missing", "rm /run/nginx.pid"],
    ] as const) {
      test(`a pid file that is ${what}, where the reload needs it`, async () => {
        const master = (await machine.must("cat /run/nginx.pid")).trim();
        // The include is written and put back: a new file with the old text.
        await machine.must(spoil);
        const text = await refusedBy(args("2"));
        await machine.must(`echo ${master} >/run/nginx.pid`);
        assert.equal(
          text,
          `Cannot switch example.com to 2 on ${machine.address}: "sudo --non-interactive systemctl reload nginx.service" failed (Job for nginx.service failed.; See "systemctl status nginx.service" and "journalctl -xeu nginx.service" for details.); restored 1. /run/nginx.pid does not name nginx's master, and a reload needs that. As root: echo ${master} >/run/nginx.pid`,
        );
        assert.equal(
          await machine.must(`cat ${machine.includePath}`),
          "set $root_dir /var/www/example.com/releases/1/public;\n",
        );
        assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
      });
    }

    test("a pid file that names somebody else's process, which a reload would signal", async () => {
      const master = (await machine.must("cat /run/nginx.pid")).trim();
      const stranger = (await machine.must("setsid sleep 600 </dev/null >/dev/null 2>&1 & echo $!")).trim();
      assert.equal(
        await amiss(`echo ${stranger} >/run/nginx.pid`, `echo ${master} >/run/nginx.pid`),
        `Cannot switch example.com to 2 on ${machine.address}: /run/nginx.pid names process ${stranger} (sleep), which is not nginx's master and would get the reload's signal; ` +
          `1 stays live. As root: echo ${master} >/run/nginx.pid; if nginx keeps its pid elsewhere, set \`nginx.pidFile\``,
      );
      await machine.must(`kill ${stranger}`);
    });

    test("no pid file is none at all where systemd signals the master that it knows", async () => {
      const master = (await machine.must("cat /run/nginx.pid")).trim();
      const unit = "[Service]\nExecReload=\nExecReload=/bin/kill -HUP $MAINPID\n";
      await machine.writeFile("/etc/systemd/system/nginx.service.d/reload.conf", unit);
      await machine.must("systemctl daemon-reload && rm /run/nginx.pid");
      await apply(args("2"));
      assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
      await machine.must(`echo ${master} >/run/nginx.pid`);
      await apply(args("1"));
      assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
    });
  });
}

describe("bad input that needs no host", { skip: machinesUnavailable() ?? false }, () => {
  test("is all named at once in the preview", async () => {
    const stack = new Stack();
    stack.declare({
      connection: { host: "web1.example.com", usr: "deploy" },
      deployPath: "/var/www/a b;$c",
      version: "..",
      probe: { timout: 3 },
    });
    const { code, stdout } = await stack.pulumi("preview");
    stack.close();
    assert.notEqual(code, 0);
    const errors = [...stdout.matchAll(/^ {4}error: .* has a problem: (.*)$/gm)].map(([, reason]) => reason);
    assert.deepEqual(errors.sort(), [
      '"usr" is not a field of connection; did you mean user?',
      'deployPath must be an absolute path without "." or ".." or a slash at its end, made of letters, digits and "._@+~-", which nginx takes as they are',
      'version must be made of letters, digits, ".", "_" or "-", 64 at most, the first a letter or digit',
    ]);
  });
});
