import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttp, type Server } from "node:http";
import { createServer as createTcp } from "node:net";
import { after, before, describe, it } from "node:test";
import type { ProbePlan } from "../../provider/switch/plan.ts";
import { askOnce, probe } from "../../provider/switch/probe.ts";
import type { ProbeResult } from "../../provider/switch/verdict.ts";
import type { Transport } from "../../provider/transport/transport.ts";
import { localTransport } from "../support/localTransport.ts";
import { startNginx } from "../support/nginx.ts";
import { busy } from "../support/php.ts";
import { startPhpFpm } from "../support/phpFpm.ts";
import { freePort, type Place, place, serving } from "../support/place.ts";
import { probePlan } from "../support/site.ts";

const host = localTransport();

/** An authority of the test's own, and what it signed for example.com: a certificate that is valid, and one that was. */
function certify(dir: string): void {
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "ignore" });
  openssl(
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=ours",
    "-keyout",
    "ca.key",
    "-out",
    "authority.pem",
  );
  openssl("req", "-new", "-key", "key.pem", "-subj", "/CN=example.com", "-out", "site.csr");
  writeFileSync(`${dir}/names`, "subjectAltName=DNS:example.com\n");
  const signed = [
    "x509",
    "-req",
    "-in",
    "site.csr",
    "-CA",
    "authority.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-extfile",
    "names",
  ];
  openssl(...signed, "-days", "2", "-out", "trusted.pem");
  // openssl 3.0 takes no dates here, but a validity that ends before it begins.
  openssl(...signed, "-days", "-1", "-out", "expired.pem");
}

describe("A probe", () => {
  let at: Place;
  let port: number;
  let tls: number;
  let trusted: number;
  let expired: number;
  let mute: ReturnType<typeof createTcp>;
  let mutePort: number;

  before(async () => {
    at = place();
    [port, tls, mutePort] = [await freePort(), await freePort(), await freePort()];
    [trusted, expired] = [await freePort(), await freePort()];
    const { socket } = await startPhpFpm(at);
    at.write("web/ok.php", "<?php echo 'host ', $_SERVER['HTTP_HOST'], ' ', $_SERVER['HTTP_CONNECTION'] ?? '-';");
    at.write("web/dies.php", '<?php echo "a\\e[31mb\\n"; http_response_code(500);');
    at.write(
      "web/headers.php",
      "<?php header('X-Version: 42'); header('Vary: a'); header('Vary: b', false); echo $_SERVER['HTTP_X_ANY'] ?? '-', ' ', $_SERVER['HTTP_USER_AGENT'], ' ', $_SERVER['HTTP_HOST'];",
    );
    at.write("web/slow.php", busy(3));
    at.write("web/long.php", "<?php echo str_repeat('x', 5000000);");
    writeFileSync(`${at.dir}/count`, "0");
    if (serving.uid !== undefined) chownSync(`${at.dir}/count`, serving.uid, serving.gid);
    // Well, badly, and well from then on.
    const counter = `${at.dir}/count`;
    at.write(
      "web/flaps.php",
      `<?php $n = (int) file_get_contents('${counter}') + 1; file_put_contents('${counter}', $n); if ($n === 2) http_response_code(500); echo $n;`,
    );
    const subject = ["-subj", "/CN=example.com", "-addext", "subjectAltName=DNS:example.com"];
    const files = ["-keyout", `${at.dir}/key.pem`, "-out", `${at.dir}/cert.pem`];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files], {
      stdio: "ignore",
    });
    chmodSync(`${at.dir}/key.pem`, 0o644);
    certify(at.dir);
    const site = `server_name example.com; root ${at.dir}/web;
  location = /moved { return 302 http://127.0.0.1:1/; }
  location = /forbidden { return 403; }
  location ~ \\.php$ { include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass unix:${socket}; }`;
    await startNginx(
      at,
      `server { listen 127.0.0.1:${port}; ${site} }
server { listen 127.0.0.1:${tls} ssl; ssl_certificate ${at.dir}/cert.pem; ssl_certificate_key ${at.dir}/key.pem; ${site} }
${["trusted", "expired"]
  .map(
    (name) => `server { listen 127.0.0.1:${name === "trusted" ? trusted : expired} ssl;
  ssl_certificate ${at.dir}/${name}.pem; ssl_certificate_key ${at.dir}/key.pem; ${site} }`,
  )
  .join("\n")}`,
    );
    mute = createTcp(() => {});
    await new Promise<void>((resolve) => mute.listen(mutePort, "127.0.0.1", resolve));
  });
  after(async () => {
    mute.close();
    await at.close();
  });

  const run = async (wish: Partial<ProbePlan>, beforehand?: Parameters<typeof probe>[2]): Promise<ProbeResult> => {
    const plan = probePlan({ port, timeout: 0.4, interval: 0.05, ...wish });
    const result = await probe(host, plan, beforehand, () => {});
    // The time itself is not the same twice.
    return { ...result, observed: result.observed.replace(/ for [0-9.]+ s$/, " for a while") };
  };

  it("is well at once when the site is, by the site's name, and waits for nothing", async () => {
    const told: string[] = [];
    const plan = probePlan({ port, path: "/ok.php", count: 3, interval: 0.02, timeout: 30 });
    const { seconds, ...rest } = await probe(host, plan, undefined, (text) => told.push(text));
    assert.deepEqual(rest, {
      ok: true,
      requests: 3,
      good: 3,
      observed: "GET /ok.php answered well",
      expected: "neither 403, 404 nor 5xx (unless it was so before), 3 times in a row",
      last: "200: host example.com close",
    });
    assert.deepEqual(told, ["probing 0/3", "probing 1/3", "probing 2/3"]);
    assert.ok(seconds < 2);
  });

  it("says once what a site that is not well answers, however often it is asked", async () => {
    const told: string[] = [];
    const plan = probePlan({ port, path: "/dies.php", timeout: 0.4, interval: 0.05 });
    const { requests } = await probe(host, plan, undefined, (text) => told.push(text));
    assert.ok(requests > 1);
    assert.deepEqual(told, ["probing 0/1", "probing 0/1: answered 500 (500: a\\u{1b}[31mb\\n)"]);
  });

  it("tells the last answer of a site that is not well, without its control characters", async () => {
    const { ok, observed, expected, last } = await run({ path: "/dies.php", expectStatus: [200] });
    assert.deepEqual(
      { ok, observed, expected, last },
      {
        ok: false,
        observed: "GET /dies.php answered 500 for a while",
        expected: "200",
        last: "500: a\\u{1b}[31mb\\n",
      },
    );
  });

  it("forgives a 404 that was there before, and no other", async () => {
    const earlier = await askOnce(host, probePlan({ port, path: "/absent" }));
    assert.equal((await run({ path: "/absent" }, earlier)).ok, true);
    assert.equal((await run({ path: "/absent" })).ok, false);
    assert.equal((await run({ path: "/forbidden" }, earlier)).ok, false);
    assert.equal((await run({ path: "/dies.php" }, earlier)).ok, false);
  });

  it("wants its good answers in a row", async () => {
    const result = await run({ path: "/flaps.php", count: 2, timeout: 5 });
    assert.deepEqual([result.ok, result.requests, result.good], [true, 4, 3]);
  });

  it("says how a site flaps that does not come to rest", async () => {
    writeFileSync(`${at.dir}/count`, "0");
    const result = await run({ path: "/flaps.php", count: 1000, timeout: 0.5, interval: 0.1 });
    assert.equal(result.ok, false);
    assert.match(result.observed, /^GET \/flaps\.php answered 500 last, and well in \d of \d requests, for a while$/);
  });

  it("does not wait longer than its time for a slow site", async () => {
    const start = performance.now();
    const { ok, observed } = await run({ path: "/slow.php" });
    assert.deepEqual([ok, observed], [false, "GET /slow.php got no answer: no answer within 0.4 s for a while"]);
    assert.ok(performance.now() - start < 1500);
  });

  it("does not wait longer than its time for a server that says nothing, over TLS too", async () => {
    assert.equal((await run({ port: mutePort })).ok, false);
    assert.equal((await run({ port: mutePort, scheme: "https" })).ok, false);
  });

  it("tells a refused connection", async () => {
    const result = await run({ port: await freePort() });
    assert.equal(result.ok, false);
    assert.match(result.observed, /^GET \/ got no answer: connect ECONNREFUSED 127\.0\.0\.1:\d+ for a while$/);
  });

  it("takes a redirect as an answer, and follows none", async () => {
    assert.equal((await run({ path: "/moved", expectStatus: [302] })).ok, true);
  });

  it("looks for its pattern in the body", async () => {
    assert.equal((await run({ path: "/ok.php", expectBody: "^host example\\.com" })).ok, true);
    const { observed, expected } = await run({ path: "/ok.php", expectStatus: [200], expectBody: "^up$" });
    assert.equal(observed, "GET /ok.php answered 200 with a body that does not match ^up$ for a while");
    assert.equal(expected, "200 with a body that matches ^up$");
  });

  it("sends the headers that the plan has, and looks into those of the answer", async () => {
    const headers = { "X-Any": "one two", "User-Agent": "mine" };
    const body = "^one two mine example\\.com$";
    assert.equal((await run({ path: "/headers.php", headers, expectBody: body })).ok, true);
    assert.equal((await run({ path: "/headers.php", expectHeaders: { "x-version": "^42$", Vary: "a, b" } })).ok, true);
    const { observed, expected } = await run({ path: "/headers.php", expectHeaders: { "X-Version": "^43$" } });
    assert.equal(observed, "GET /headers.php answered 200 with X-Version: 42, which does not match ^43$ for a while");
    assert.equal(expected, "neither 403, 404 nor 5xx (unless it was so before) with X-Version that matches ^43$");
  });

  it("asks a URL from this machine, whatever the host is", async () => {
    const nowhere: Transport = { ...host, connect: () => Promise.reject(new Error("the host was asked")) };
    const ask = (url: string, wish: Partial<ProbePlan> = {}) => {
      const { searchParams: _, host: name, hostname, pathname: path, port, protocol } = new URL(url);
      const scheme = protocol === "https:" ? "https" : "http";
      const place = { url, scheme, address: hostname, port: Number(port), host: name, path } as const;
      return askOnce(nowhere, probePlan({ ...place, timeout: 5, ...wish }));
    };
    const up = await ask(`http://localhost:${port}/ok.php`);
    assert.match("body" in up ? up.body : up.error, /^host localhost\b.* close$/);
    const moved = await ask(`http://localhost:${port}/moved`);
    assert.equal("status" in moved && moved.status, 302);
    const ca = readFileSync(`${at.dir}/authority.pem`, "utf8");
    const other = await ask(`https://localhost:${trusted}/ok.php`, { ca });
    assert.equal("error" in other && other.error, "the certificate is for example.com, not for localhost");
    process.env.http_proxy = "http://127.0.0.1:1";
    const direct = await ask(`http://localhost:${port}/ok.php`);
    delete process.env.http_proxy;
    assert.equal("status" in direct && direct.status, 200);
    const unknown = await ask("http://no-such-name.invalid:80/");
    // The second where no DNS answers at all.
    assert.match("error" in unknown ? unknown.error : "", /^its name (is not known here|could not be looked up)$/);
  });

  it("shows only the start of a long body", async () => {
    const { last } = await run({ path: "/long.php", expectStatus: [204] });
    assert.equal(last, `200: ${"x".repeat(300)}…`);
  });

  it("refuses a certificate that nobody vouches for, and one for another name", async () => {
    const { ok, last } = await run({ scheme: "https", port: tls, path: "/ok.php", timeout: 2 });
    assert.deepEqual([ok, last], [false, "the certificate is self-signed"]);
  });

  it("accepts a certificate whose authority the plan names, and tells one that has expired", async () => {
    const ca = readFileSync(`${at.dir}/authority.pem`, "utf8");
    const secure = { scheme: "https", path: "/ok.php", ca, timeout: 5 } as const;
    assert.equal((await run({ ...secure, port: trusted })).ok, true);
    const stranger = await askOnce(host, probePlan({ scheme: "https", port: trusted, path: "/ok.php" }));
    assert.ok("error" in stranger);
    assert.match(stranger.error, /^the certificate's (issuer|chain) .*not trusted here/);
    assert.match(stranger.next ?? "", /`probe\.ca`.*NODE_EXTRA_CA_CERTS/);
    assert.deepEqual(await askOnce(host, probePlan({ ...secure, port: expired })), {
      error: "the certificate has expired",
      next: "Renew it, and reload nginx",
    });
  });

  it("accepts a certificate that this machine trusts, for the right name only", () => {
    const script = `const { askOnce } = require(${JSON.stringify(require.resolve("../../provider/switch/probe.js"))});
const { localTransport } = require(${JSON.stringify(require.resolve("../support/localTransport.js"))});
const plan = ${JSON.stringify(probePlan({ scheme: "https", port: tls, path: "/ok.php", timeout: 5 }))};
(async () => {
  console.log(JSON.stringify([await askOnce(localTransport(), plan), await askOnce(localTransport(), { ...plan, host: "other.example" })]));
})();`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: `${at.dir}/cert.pem` };
    const [good, bad] = JSON.parse(execFileSync(process.execPath, ["-e", script], { env, encoding: "utf8" }));
    assert.deepEqual([good.status, good.body], [200, "host example.com close"]);
    assert.equal(bad.error, "the certificate is for example.com, not for other.example");
    assert.match(bad.next, /`probe\.host`/);
  });

  it("says so when the port speaks no TLS", async () => {
    assert.equal((await run({ scheme: "https" })).last, "the port does not speak TLS");
  });

  it("ends when it is told to", async () => {
    const stop = new AbortController();
    const ended = probe(host, probePlan({ port, path: "/slow.php", timeout: 30 }), undefined, () => {}, stop.signal);
    setTimeout(() => stop.abort(new Error("stopped")), 100);
    await assert.rejects(ended, /stopped/);
  });

  it("opens a connection of its own for each request, and leaves none", async () => {
    let connections = 0;
    const server: Server = createHttp((_request, answer) => answer.end("ok"));
    server.on("connection", () => connections++);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    assert.equal((await run({ port: address.port, count: 3, timeout: 5 })).ok, true);
    assert.equal(connections, 3);
    await new Promise((resolve) => server.close(resolve));
  });
});
