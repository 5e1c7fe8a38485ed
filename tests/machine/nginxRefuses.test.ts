import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { until } from "../support/command.ts";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { LOG_UNSEEN, refusal } from "../support/told.ts";

const conf = "/etc/nginx/conf.d/other.conf";
const block = "/etc/nginx/sites-available/example.com";
const allowPendingEdits = true;

for (const suite of suites) {
  // What takes its time, and the host's distribution has no part in, runs on one.
  const once = { skip: suite === "trixie" ? false : "runs on trixie" };
  describe(`a configuration that somebody else edited on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let on: MachineSite;
    let live = 1;
    // What each test starts from: version `old` is live, `next` is on the host, and no edit is pending.
    let old: string;
    let next: string;
    before(async () => {
      machine = await startMachine("web1", { suite });
      on = new MachineSite(machine);
    });
    beforeEach(async () => {
      [old, next] = [`${live++}`, `${live++}`];
      await machine.must(`rm -f ${conf}`);
      await on.stage(old, next);
      await on.switchTo(old, { allowPendingEdits });
    });
    after(async () => {
      on?.close();
      await machine?.close();
    });

    const cannot = () => `Cannot switch example.com to ${next} on ${machine.address}: `;
    const pending = (edited = `/etc/nginx/conf.d, ${conf}`) => [
      `edits of nginx's configuration that nobody has reloaded stop the next switch: ${edited}`,
    ];
    const included = () => machine.must(`stat -c %i:%z ${on.site.includePath}; cat ${on.site.includePath}`);

    test("so that it needs more than our include gives gets back the include it had", async () => {
      const theirs = `set $root_dir ${on.root(old)};\nset $extra 1;\n`;
      await machine.writeFile(on.site.includePath, theirs);
      await machine.must(`sed -i 's/^    index .*/&\\n    add_header X-Extra $extra;/' ${block}`);
      await on.reload();
      const before = await on.workers();
      assert.equal(
        await refusal(on.switchTo(next)),
        `${cannot()}nginx refuses the configuration with our include ([emerg] unknown "extra" variable); restored the include as it was`,
      );
      assert.deepEqual(await on.workers(), before);
      const problems = [`${on.site.includePath} was edited: ${theirs.trim().replace("\n", " ")}`];
      await assertInvariants(on, { serves: old, include: theirs, problems });
      await machine.must(`sed -i /X-Extra/d ${block}`);
      await on.reload();
      await on.switchTo(next);
      await assertInvariants(on, { serves: next });
    });

    test("so that the server block has a root of its own is no switch: nginx does not read the include", async () => {
      const own = `set $root_dir ${machine.deployPath}/current/public;`;
      await machine.must(`cp ${block} /root/block; sed -i 's|^ *include .*root_dir.*|    ${own}|' ${block}`);
      await on.reload();
      const { includePath } = on.site;
      assert.equal(
        await refusal(on.switchTo(next)),
        `${cannot()}nginx does not read ${includePath}, expected "include ${includePath};" and "root $root_dir;" in the server block of example.com; restored ${old}. Put them there (nginxSnippet() gives a whole server block), and reload nginx`,
      );
      const problems = [
        `nginx's configuration names the include no more: ${block} did when the site was switched last`,
      ];
      await assertInvariants(on, { serves: old, problems });
      await machine.must(`cp /root/block ${block}`);
      await on.reload();
      await on.switchTo(next);
      await assertInvariants(on, { serves: next });
    });

    test("so that it is red already is named, and nothing is touched", async () => {
      const [before, include] = [await on.workers(), await included()];
      await machine.must(`echo 'nonsense on;' >${conf}`);
      assert.equal(
        await refusal(on.switchTo(next)),
        `${cannot()}the configuration was red before anything was changed ([emerg] unknown directive "nonsense" in ${conf}:1), ` +
          `expected "sudo --non-interactive nginx -t" green; ${old} stays live. Somebody's edit is pending: mend it, or a reboot would leave nginx down`,
      );
      assert.deepEqual([await on.workers(), await included()], [before, include]);
      await assertInvariants(on, { serves: old, red: true });
    });

    test("and did not reload is named, and goes live only where that is allowed", async () => {
      const [before, include] = [await on.workers(), await included()];
      await machine.must(`echo '# nothing' >${conf}`);
      assert.equal(
        await refusal(on.switchTo(next)),
        `${cannot()}edits that nobody has reloaded would go live with ours: /etc/nginx/conf.d, ${conf}; ${old} stays live. ` +
          "Have them tested and reloaded, or set `allowPendingEdits: true`",
      );
      assert.deepEqual([await on.workers(), await included()], [before, include]);
      await assertInvariants(on, { serves: old, problems: pending() });
      await on.switchTo(next, { allowPendingEdits });
      await assertInvariants(on, { serves: next });
    });

    test("so that no worker can start leaves the host as the error says, and is healed by its owner's hand", async () => {
      await machine.must(
        "cd /etc/nginx && cp nginx.conf /root/mine && sed -i 's/worker_connections .*/worker_connections 200000000;/' nginx.conf",
      );
      assert.equal(
        await refusal(on.switchTo(next, { allowPendingEdits })),
        `${cannot()}the new nginx workers died at their start, with edits that nobody had reloaded before: /etc/nginx, /etc/nginx/nginx.conf; ` +
          `the restore failed too (workers-died), so that now the include names ${old}, and nginx's master runs without workers, so that the host serves nothing. ` +
          "See nginx's error log for lines with [alert] and [emerg]. " +
          `Type next, as root on ${machine.address}: (1) tail -n 20 /var/log/nginx/error.log, and mend what it shows; ` +
          `(2) nginx -t && systemctl reload nginx.service; and here: (3) pulumi up\n${LOG_UNSEEN}`,
      );
      assert.equal(await machine.must(`cat ${on.site.includePath}`), `set $root_dir ${on.root(old)};\n`);
      assert.deepEqual((await on.workers()).serving, []);
      await machine.must("cat /root/mine >/etc/nginx/nginx.conf; nginx -t && systemctl reload nginx.service");
      await on.switchTo(next, { allowPendingEdits });
      await assertInvariants(on, { serves: next });
    });

    const ignored = [
      {
        edit: "to listen on a taken port",
        edited: `/etc/nginx/conf.d, ${conf}`,
        reloadTimeout: 3, // nginx tries for 2.5 s
        prepare: async () => {
          const taken = '$held = stream_socket_server("tcp://0.0.0.0:8099"); sleep(60);';
          // 1FA3 is 8099, and 0A says that somebody listens (proc_net_tcp(5)).
          const isTaken = "grep -q ':1FA3 [0-9A-F:]* 0A ' /proc/net/tcp";
          await machine.must(
            `setsid php -r '${taken}' </dev/null >/dev/null 2>&1 & timeout 20 sh -c "until ${isTaken}; do sleep 0.05; done"`,
          );
          await machine.must(`echo 'server { listen 8099; }' >${conf}`);
        },
      },
      {
        edit: "to key a zone otherwise",
        edited: conf,
        reloadTimeout: 2,
        prepare: async () => {
          await machine.must(`echo 'limit_req_zone $binary_remote_addr zone=z1:1m rate=9r/s;' >${conf}`);
          await on.reload();
          await machine.must(`echo 'limit_req_zone $request_uri zone=z1:1m rate=9r/s;' >${conf}`);
        },
      },
    ];
    for (const { edit, edited, reloadTimeout, prepare } of ignored)
      test(`${edit} makes nginx ignore the reload: the old version goes on, and the include names it`, async () => {
        await prepare();
        const before = await on.workers();
        assert.equal(
          await refusal(on.switchTo(next, { allowPendingEdits, reloadTimeout })),
          `${cannot()}no new nginx worker came up within ${reloadTimeout} s of "sudo --non-interactive systemctl reload nginx.service", ` +
            `though it reported success, with edits that nobody had reloaded before: ${edited}; restored ${old}. ` +
            `See nginx's error log for lines with [emerg]: a taken port or a changed shared zone stops a reload\n${LOG_UNSEEN}`,
        );
        assert.deepEqual(await on.workers(), before);
        await assertInvariants(on, { serves: old, problems: pending(edited) });
      });

    test(
      "so that root's own commands hang is waited for as long as nginx.timeout says, and whatever hangs holds nothing",
      once,
      async () => {
        // In place of a DNS that does not answer: what root runs hangs.
        const hang = (when: string, first = ":") =>
          machine.must(`printf '%s\\n' '#!/bin/sh' 'if ${when}; then ${first}; echo $$ >/run/hung; exec sleep 300; fi' 'exec /usr/sbin/nginx.real "$@"' >/run/nginx.sh
          chmod 755 /run/nginx.sh; mv /run/nginx.sh /usr/sbin/nginx`);
        const hangs = async () => (await machine.root("kill -0 $(cat /run/hung)")).code === 0;
        const letGo = () => machine.must("kill -KILL $(cat /run/hung)");
        const asked = (option: string) => `case "$*" in *"${option}"*) true;; *) false;; esac`;
        const late = (command: string) => `"sudo --non-interactive ${command}" did not end within 1 s`;
        const advice =
          "See what it waits for (a name that no DNS answers, a password, a disk), or raise `nginx.timeout`";
        const wish = { nginx: { ...on.nginx, timeout: 1 }, reloadTimeout: 1 };
        const include = await included();
        await machine.must("cp -p /usr/sbin/nginx /usr/sbin/nginx.real");
        try {
          await hang(asked("-t"));
          assert.equal(
            await refusal(on.switchTo(next, wish)),
            `${cannot()}${late("nginx -t")}; ${old} stays live. ${advice}`,
          );
          assert.equal(await included(), include);
          // sudo has handed our signal on.
          assert.equal(await hangs(), false);
          await hang(`${asked("-t")} && grep -q releases/${next}/ ${on.site.includePath}`, 'trap "" TERM');
          assert.equal(
            await refusal(on.switchTo(next, wish)),
            `${cannot()}${late("nginx -t")}, and goes on: deploy may not end what root runs; restored ${old}. ${advice}`,
          );
          assert.equal(await hangs(), true);
          await letGo();
          await hang(asked("-s reload"));
          assert.equal(
            await refusal(on.switchTo(next, wish)),
            `${cannot()}${late("systemctl reload nginx.service")}, and no new nginx worker came up; restored ${old}. ${advice}\n${LOG_UNSEEN}`,
          );
        } finally {
          await machine.must("mv /usr/sbin/nginx.real /usr/sbin/nginx");
        }
        await letGo();
        // Whatever systemd still reloads for those that were let go reads the old include.
        await until(
          "systemd's own end of it",
          10,
          async () => (await machine.must("systemctl list-jobs --no-legend")) === "",
        );
        await assertInvariants(on, { serves: old });
        assert.deepEqual(await on.observe(old), { liveVersion: old });
        await on.switchTo(next);
        await assertInvariants(on, { serves: next });
      },
    );
  });
}
