import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { refusal } from "../support/told.ts";

const conf = "/etc/nginx/conf.d/other.conf";
const block = "/etc/nginx/sites-available/example.com";
const allowPendingEdits = true;

for (const suite of suites) {
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
      await assertInvariants(on, { serves: old });
    });
    after(async () => {
      on?.close();
      await machine?.close();
    });

    const cannot = () => `Cannot switch example.com to ${next} on ${machine.address}: `;
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
      assert.equal(await machine.must(`cat ${on.site.includePath}`), theirs);
      assert.deepEqual(await on.workers(), before);
      await assertInvariants(on, { serves: old });
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
      await assertInvariants(on, { serves: old });
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
      await assertInvariants(on, { serves: old });
      await on.switchTo(next, { allowPendingEdits });
      await assertInvariants(on, { serves: next });
    });

    test("so that no worker can start leaves the host as the error says, and is healed by its owner's hand", async () => {
      await machine.must("sed -i.mine 's/worker_connections .*/worker_connections 200000000;/' /etc/nginx/nginx.conf");
      assert.equal(
        await refusal(on.switchTo(next, { allowPendingEdits })),
        `${cannot()}the new nginx workers died at their start; the restore failed too (workers-died). ` +
          "See nginx's error log for lines with [alert] and [emerg]. " +
          `Look at once: ssh deploy@${machine.address}; cat ${on.site.includePath}; sudo nginx -t && sudo systemctl reload nginx.service`,
      );
      assert.equal(await machine.must(`cat ${on.site.includePath}`), `set $root_dir ${on.root(old)};\n`);
      assert.deepEqual((await on.workers()).serving, []);
      await machine.must("mv /etc/nginx/nginx.conf.mine /etc/nginx/nginx.conf; systemctl reload nginx.service");
      await on.switchTo(next, { allowPendingEdits });
      await assertInvariants(on, { serves: next });
    });

    const ignored = [
      {
        edit: "to listen on a taken port",
        reloadTimeout: 3, // nginx tries for 2.5 s
        prepare: async () => {
          const taken = '$held = stream_socket_server("tcp://0.0.0.0:8099"); sleep(60);';
          await machine.must(`setsid php -r '${taken}' </dev/null >/dev/null 2>&1 & sleep 0.3`);
          await machine.must(`echo 'server { listen 8099; }' >${conf}`);
        },
      },
      {
        edit: "to key a zone otherwise",
        reloadTimeout: 2,
        prepare: async () => {
          await machine.must(`echo 'limit_req_zone $binary_remote_addr zone=z1:1m rate=9r/s;' >${conf}`);
          await on.reload();
          await machine.must(`sed -i 's/$binary_remote_addr/$request_uri/' ${conf}`);
        },
      },
    ];
    for (const { edit, reloadTimeout, prepare } of ignored)
      test(`${edit} makes nginx ignore the reload: the old version goes on, and the include names it`, async () => {
        await prepare();
        const before = await on.workers();
        assert.equal(
          await refusal(on.switchTo(next, { allowPendingEdits, reloadTimeout })),
          `${cannot()}no new nginx worker came up within ${reloadTimeout} s of "sudo --non-interactive systemctl reload nginx.service", ` +
            `though it reported success; restored ${old}. ` +
            "See nginx's error log for lines with [emerg]: a taken port or a changed shared zone stops a reload",
        );
        assert.deepEqual(await on.workers(), before);
        await assertInvariants(on, { serves: old });
        assert.deepEqual(await on.observe(old), { liveVersion: old });
      });
  });
}
