import assert from "node:assert/strict";
import { test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { Stack } from "../support/stack.ts";
import { changesIn, errorsIn } from "../support/told.ts";

const lost = "unknown since a restore failed";

test("a restore that failed stands in the state until the host is mended", {
  skip: machinesUnavailable() ?? false,
}, async () => {
  const machine = await startMachine("web1", { suite: "trixie" });
  const on = new MachineSite(machine);
  const stack = new Stack();
  try {
    await on.stage("1", "2");
    await on.switchTo("1");
    await machine.must("sed -i.mine 's/worker_connections .*/worker_connections 200000000;/' /etc/nginx/nginx.conf");
    stack.declare(on.args("2", { allowPendingEdits: true }));
    const failed = await stack.up();
    assert.equal(failed.code, 1);
    assert.deepEqual(errorsIn(failed), [
      `Cannot switch example.com to 2 on ${machine.address}: the new nginx workers died at their start; ` +
        "the restore failed too (workers-died). See nginx's error log for lines with [alert] and [emerg]. " +
        `Look at once: ssh deploy@${machine.address}; cat ${on.site.includePath}; sudo nginx -t && sudo systemctl reload nginx.service`,
    ]);
    assert.equal(await machine.must(`cat ${on.site.includePath}`), `set $root_dir ${on.root("1")};\n`);
    assert.deepEqual(changesIn(await stack.preview()).slice(0, 3), [
      `~ include: "${lost}" => "as released"`,
      `~ liveVersion: "${lost}" => "2"`,
      `~ workers: "${lost}" => "as released"`,
    ]);
    await machine.must("mv /etc/nginx/nginx.conf.mine /etc/nginx/nginx.conf && systemctl reload nginx.service");
    const up = await stack.up();
    assert.equal(up.code, 0, up.stdout);
    await assertInvariants(on, { serves: "2" });
    assert.deepEqual(await on.observe("2"), { liveVersion: "2" });
  } finally {
    stack.close();
    on.close();
    await machine.close();
  }
});
