import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { opcacheScript } from "../../provider/opcache/script.ts";
import { askOnce, probe } from "../../provider/switch/probe.ts";
import { smoke } from "../../provider/switch/smoke.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import type { Transport } from "../../provider/transport/transport.ts";
import { startNginx } from "../support/nginx.ts";
import { clearOpcache } from "../support/opcache.ts";
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
  let tls: number;
  let scriptPath: string;

  before(async () => {
    at = place();
    fpm = await startPhpFpm(at);
    [port, tls] = [await freePort(), await freePort()];
    const subject = ["-subj", "/CN=example.com", "-addext", "subjectAltName=DNS:example.com"];
    const pair = ["-keyout", `${at.dir}/key.pem`, "-out", `${at.dir}/cert.pem`];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...pair], {
      stdio: "ignore",
    });
    chmodSync(`${at.dir}/key.pem`, 0o644);
    at.write("releases/1/public/index.php", "<?php echo 'one ', str_repeat('x', 300000);");
    scriptPath = at.write("opcache.php", opcacheScript().text);
    await startNginx(
      at,
      `server { listen 127.0.0.1:${port}; listen 127.0.0.1:${tls} ssl; ssl_certificate ${at.dir}/cert.pem;
  ssl_certificate_key ${at.dir}/key.pem; location / { include /etc/nginx/fastcgi_params;
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

  const front = () => ({ pool: { socket: fpm.socket }, site: siteAt(at.dir), version: "1" });

  it("smoke, probe and opcache go through forwarded connections", () =>
    withSsh({}, async (transport) => {
      const tried = await smoke(transport, front(), smokePlan({ expectBody: "^one x+$" }));
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

  // What makes sshd forward nothing, and the one program that the login finds. Perl is on every Debian, the others where there is none.
  const forbidding: readonly [SshdOptions, string][] = [
    [{ keyOptions: "restrict" }, "perl"],
    [{ config: ["DisableForwarding yes"] }, "python3"],
    [{ config: ["AllowTcpForwarding no", "AllowStreamLocalForwarding no"] }, "php"],
  ];
  for (const [options, program] of forbidding)
    it(
      `${program} connects where sshd forwards nothing (${JSON.stringify(options)})`,
      {
        skip: programPath(program) === undefined && `${program} is not installed`,
      },
      () =>
        withSsh(onlyWith(at, options, program), async (transport) => {
          const detour = `through ${program} on the host, since sshd forbids forwarding`;
          const plan = probePlan({
            port,
            count: 2,
            timeout: 20,
            expectBody: "^one x{300000}$",
            headers: { "X-Any": "y" },
          });
          const probed = await probe(transport, plan, undefined, () => {});
          assert.deepEqual([probed.ok, probed.requests, probed.detour], [true, 2, detour], probed.last);
          // Bytes of any kind go through: a TLS that is whole ends in a certificate that is looked at.
          const strict = await askOnce(transport, probePlan({ port: tls, scheme: "https", timeout: 20 }));
          assert.equal("error" in strict && strict.error, "the certificate is self-signed");
          const certificate = readFileSync(`${at.dir}/cert.pem`, "utf8");
          const safe = probePlan({ port: tls, scheme: "https", timeout: 20, ca: certificate });
          const secure = await askOnce(transport, safe);
          assert.equal("status" in secure && secure.status, 200, JSON.stringify(secure));
          const other = await askOnce(transport, { ...safe, host: "other.example" });
          assert.equal("error" in other && other.error, "the certificate is for example.com, not for other.example");
          const tried = await smoke(transport, front(), smokePlan());
          assert.deepEqual([tried.outcome, "detour" in tried && tried.detour], ["passed", detour]);
          assert.equal((await clearOpcache(transport, target())).places[0]?.state, "cleared");
        }),
    );

  it("a program that meets a closed port tries again, and says so in the end", () =>
    withSsh({ keyOptions: "restrict" }, async (transport) => {
      const nobody = probePlan({ port: await freePort(), timeout: 3, interval: 0.1 });
      const { ok, requests, last } = await probe(transport, nobody, undefined, () => {});
      assert.deepEqual([ok, last], [false, 'perl on the host says "Connection refused"']);
      assert.ok(requests > 1);
    }));

  it("a program ends with its connection: no more than a few sessions are ever open", () =>
    withSsh({ keyOptions: "restrict", config: ["MaxSessions 2"] }, async (transport) => {
      const silent = createServer(() => {}).listen(0, "127.0.0.1");
      await once(silent, "listening");
      const address = silent.address();
      assert.ok(address !== null && typeof address === "object");
      const plan = probePlan({ port: address.port, timeout: 0.3 });
      for (let request = 0; request < 6; request++) {
        const answer = await askOnce(transport, plan);
        assert.equal("error" in answer && answer.error, "no answer within 0.3 s");
      }
      silent.close();
      assert.equal((await probe(transport, probePlan({ port, timeout: 20 }), undefined, () => {})).ok, true);
    }));

  it("forbidden forwarding on a host with no such program is told at once, with what to install and what to grant", () =>
    withSsh(onlyWith(at, { keyOptions: "restrict" }), async (transport) => {
      const plan = probePlan({ port, timeout: 30 });
      const { ok, requests, seconds, last, next } = await probe(
        transport,
        plan,
        await askOnce(transport, plan),
        () => {},
      );
      assert.deepEqual([ok, requests], [false, 1]);
      assert.ok(seconds < 10);
      assert.match(
        last,
        /^sshd forbids forwarding \(.*\), and the host has neither perl, python3 nor php-cli to connect with instead$/,
      );
      assert.match(next ?? "", /apt-get install perl.*AllowTcpForwarding yes.*"restrict,port-forwarding"/);
      const tried = await smoke(transport, front(), smokePlan());
      assert.ok(tried.outcome === "unreachable");
      assert.match(tried.why, /can write .*php\.sock, but no connection came through$/);
      assert.match(tried.next, /install perl on the host.*AllowStreamLocalForwarding yes, AllowTcpForwarding yes/);
      const cleared = await clearOpcache(transport, target());
      assert.equal(cleared.ok, false);
      assert.match(cleared.why ?? "", /AllowStreamLocalForwarding yes/);
    }));
});

function programPath(program: string): string | undefined {
  return ["/usr/bin", "/usr/local/bin"].map((dir) => join(dir, program)).find((path) => existsSync(path));
}

/** An sshd whose logins find what scripts of the package need, and of the programs that connect only this one; no start-up file adds to it. */
function onlyWith(at: Place, { config = [], ...options }: SshdOptions, program?: string): SshdOptions {
  const dir = join(at.dir, `only-${program ?? "none"}`);
  mkdirSync(dir);
  const tools = ["base64", "cat", "dirname", "gzip", "id", "readlink", "stat"];
  for (const tool of program === undefined ? tools : [...tools, program])
    symlinkSync(programPath(tool) ?? tool, join(dir, tool));
  return { ...options, config: [...config, `SetEnv PATH=${dir} HOME=${dir}`] };
}
