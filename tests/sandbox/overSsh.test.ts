import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { clearOpcache } from "../../provider/opcache/clear.ts";
import { opcacheScript } from "../../provider/opcache/script.ts";
import { askOnce, probe } from "../../provider/switch/probe.ts";
import { smoke } from "../../provider/switch/smoke.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import type { Transport } from "../../provider/transport/transport.ts";
import { startNginx } from "../support/nginx.ts";
import { type PhpFpm, startPhpFpm } from "../support/phpFpm.ts";
import { freePort, type Place, place } from "../support/place.ts";
import { probePlan, siteAt, smokePlan } from "../support/site.ts";
import { type SshdOptions, sshdMissing, startSshd } from "../support/sshd.ts";

async function withSsh(options: SshdOptions, use: (transport: Transport) => Promise<void>): Promise<void> {
  const sshd = await startSshd(options);
  try {
    const transport = await openSsh(sshd.connection, () => {});
    await use(transport).finally(() => transport.close());
  } finally {
    await sshd.stop();
  }
}

describe("Over SSH", { skip: sshdMissing() }, () => {
  let at: Place;
  let fpm: PhpFpm;
  let port: number;
  let scriptPath: string;

  before(async () => {
    at = place();
    fpm = await startPhpFpm(at);
    port = await freePort();
    at.write("releases/1/public/index.php", "<?php echo 'one ', str_repeat('x', 300000);");
    scriptPath = at.write("opcache.php", opcacheScript().text);
    await startNginx(
      at,
      `server { listen 127.0.0.1:${port}; location / { include /etc/nginx/fastcgi_params;
  fastcgi_param SCRIPT_FILENAME ${at.dir}/releases/1/public/index.php; fastcgi_pass unix:${fpm.socket}; } }`,
    );
  });
  after(() => at.close());

  const target = () => ({
    plan: { policy: "invalidate", via: "fastcgi" } as const,
    pools: [fpm.socket],
    scriptPath,
    releasesDir: `${at.dir}/releases`,
    keep: [],
    timeout: 5,
  });

  it("smoke, probe and opcache go through forwarded connections", () =>
    withSsh({}, async (transport) => {
      const { socket } = fpm;
      const tried = await smoke(
        transport,
        { socket },
        siteAt(at.dir),
        "1",
        smokePlan({ expectBody: "^one x+$" }),
        true,
      );
      assert.equal(tried.outcome, "passed");
      const result = await probe(transport, probePlan({ port, count: 3, timeout: 10 }), undefined, () => {});
      assert.deepEqual([result.ok, result.requests], [true, 3]);
      const cleared = await clearOpcache(transport, target());
      assert.deepEqual(
        cleared.places.map(({ state, invalidated }) => [state, invalidated]),
        [["cleared", 1]],
      );
    }));

  it("a refused connection is tried again, and told in the end", () =>
    withSsh({}, async (transport) => {
      const nobody = probePlan({ port: await freePort(), timeout: 0.5, interval: 0.1 });
      const { ok, requests, last } = await probe(transport, nobody, undefined, () => {});
      assert.deepEqual([ok, last], [false, 'sshd says "Connection refused"']);
      assert.ok(requests > 1);
    }));

  for (const options of [{ config: ["AllowTcpForwarding no"] }, { keyOptions: "restrict" }])
    it(`forbidden forwarding is told at once, with the right to grant (${JSON.stringify(options)})`, () =>
      withSsh(options, async (transport) => {
        const plan = probePlan({ port, timeout: 30 });
        const before = await askOnce(transport, plan);
        assert.ok("error" in before);
        assert.match(before.next ?? "", /AllowTcpForwarding/);
        const { ok, requests, seconds, next } = await probe(transport, plan, before, () => {});
        assert.deepEqual([ok, requests], [false, 1]);
        assert.ok(seconds < 5);
        assert.match(next ?? "", /AllowTcpForwarding .*"restrict" before the key/);
        const tried = await smoke(transport, { socket: fpm.socket }, siteAt(at.dir), "1", smokePlan(), true);
        assert.ok(tried.outcome === "unreachable");
        assert.match(tried.why, /can write .*php\.sock, but no connection came through$/);
        assert.match(tried.next, /AllowStreamLocalForwarding yes, AllowTcpForwarding yes/);
        const cleared = await clearOpcache(transport, target());
        assert.equal(cleared.ok, false);
        assert.match(cleared.why ?? "", /AllowStreamLocalForwarding yes/);
      }));
});
