import assert from "node:assert/strict";
import { test } from "node:test";
import { assertInvariants } from "../support/invariants.ts";
import { machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { Stack } from "../support/stack.ts";
import { errorsIn } from "../support/told.ts";

const lost = "unknown since a restore failed";

test("a restore that failed stands in the state until the host is mended", {
  skip: machinesUnavailable() ?? false,
}, async () => {
  const machine = await startMachine("web1", { suite: "trixie" });
  const on = new MachineSite(machine);
  const stack = new Stack();
  try {
    stack.declare(on.args("1"));
    const first = await stack.up();
    assert.equal(first.code, 0, first.stdout);
    await machine.must(
      "cd /etc/nginx && cp nginx.conf /root/mine && sed -i 's/worker_connections .*/worker_connections 200000000;/' nginx.conf",
    );
    stack.declare(on.args("2", { allowPendingEdits: true }));
    const failed = await stack.up();
    assert.equal(failed.code, 1);
    assert.deepEqual(errorsIn(failed), [
      `Cannot switch example.com to 2 on ${machine.address}: the new nginx workers died at their start, with edits that nobody had reloaded before: /etc/nginx, /etc/nginx/nginx.conf; ` +
        "the restore failed too (workers-died), so that now the include names 1, and nginx's master runs without workers, so that the host serves nothing. " +
        "See nginx's error log for lines with [alert] and [emerg]. " +
        `Type next, as root on ${machine.address}: (1) tail -n 20 /var/log/nginx/error.log, and mend what it shows; ` +
        "(2) nginx -t && systemctl reload nginx.service; and here: (3) pulumi up",
    ]);
    assert.equal(await machine.must(`cat ${on.site.includePath}`), `set $root_dir ${on.root("1")};\n`);
    const { resources }: Deployment = JSON.parse(await stack.state()).deployment;
    const { include, liveVersion, workers } = resources.find(({ type }) => type.endsWith(":Switch"))?.outputs ?? {};
    assert.deepEqual({ include, liveVersion, workers }, { include: lost, liveVersion: lost, workers: lost });
    assert.match(await stack.preview(), /^ {4}~ 1 to update$/m);
    await machine.must("cat /root/mine >/etc/nginx/nginx.conf && nginx -t && systemctl reload nginx.service");
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

interface Deployment {
  readonly resources: readonly { readonly type: string; readonly outputs?: Record<string, unknown> }[];
}
