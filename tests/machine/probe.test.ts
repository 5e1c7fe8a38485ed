import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { apply } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";
import { LOG_UNSEEN, refusal, timeless } from "../support/told.ts";

const DETOUR = "through perl on the host, since sshd forbids forwarding";
const token = "correct-horse-battery-staple";

/** Dies at /up, and says what it was asked with; any other path answers as its version, which a header says too. */
const DIES = `<?php if ($_SERVER["REQUEST_URI"] !== "/up") exit("version 0");
http_response_code(500); echo "asked with ", $_SERVER["HTTP_AUTHORIZATION"] ?? "nothing"; error_log("no database"); missing();`;
const serving = (version: string) => `<?php header("X-Version: ${version}"); echo "version ${version}";`;

// One host goes through all of it, in this order; each version that fails is taken back.
describe("a probe", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let builds: Builds;
  let stack: Stack;
  let dir: string;
  before(async () => {
    builds = new Builds();
    stack = new Stack();
    dir = mkdtempSync(join(tmpdir(), "probe-"));
    machine = await startMachine("web1", { suite: "trixie" });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, "restricted")]);
    const key = readFileSync(join(dir, "restricted.pub"), "utf8");
    await machine.must(`echo 'restrict ${key.trim()}' >>/home/deploy/.ssh/authorized_keys`);
    await serveTls();
  });
  after(async () => {
    stack?.close();
    await machine?.close();
    builds?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** The site by https too, with a certificate for its name and its address that nobody but the test vouches for. */
  async function serveTls(): Promise<void> {
    const names = `subjectAltName=DNS:example.com,IP:${machine.address}`;
    const files = ["-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem")];
    const subject = ["-subj", "/CN=example.com", "-addext", names];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files], {
      stdio: "ignore",
    });
    for (const name of ["key.pem", "cert.pem"])
      await machine.must(`cat >/etc/nginx/${name}`, readFileSync(join(dir, name), "utf8"));
    const block = "/etc/nginx/sites-available/example.com";
    const tls = "listen 443 ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem;";
    await machine.must(
      `sed -i 's/listen 80;/listen 80; ${tls}/' ${block} && nginx -t && systemctl reload nginx.service`,
    );
  }

  const args = (version: string, probe: PlainArgs, php = serving(version), more: PlainArgs = {}): PlainArgs => ({
    connection: { ...machine.connection, dialErrorLimit: 1 },
    deployPath: machine.deployPath,
    version,
    source: builds.make(version, { "public/index.php": php }),
    drainTimeout: 1,
    probe: { timeout: 5, ...probe },
    ...more,
  });
  /** By the key that sshd forwards nothing for. Each name of its file is a login of its own. */
  const restricted = (name = "restricted"): PlainArgs => {
    if (name !== "restricted") copyFileSync(join(dir, "restricted"), join(dir, name));
    return { connection: { ...machine.connection, privateKeyPath: join(dir, name), dialErrorLimit: 1 } };
  };
  const report = async (wanted: PlainArgs) => (await apply(wanted)).switch.report as Record<string, unknown>;

  test("and a smoke go through a program of the host's where the key may forward nothing", async () => {
    const probe = {
      path: "/up",
      expectHeaders: { "x-version": "^1$" },
      expectBody: "^version 1$",
      count: 2,
      interval: 0.1,
    };
    const { smoke, probe: probed, probes, opcache } = await report(args("1", probe, serving("1"), restricted()));
    assert.deepEqual(
      { smoke, probed, probes },
      { smoke: `answered 200, ${DETOUR}`, probed: `GET /up answered well, ${DETOUR}`, probes: 2 },
    );
    assert.match(String(opcache), /^auto: .*cleared$/);
  });

  test("tells what to install, and which line of sshd's forbids it, where there is no such program", async () => {
    await machine.must("mv /usr/bin/perl /usr/bin/perl.away && mv /usr/bin/php /usr/bin/php.away");
    const refused = await refusal(apply(args("2", { path: "/up" }, serving("2"), restricted()))).finally(() =>
      machine.must("mv /usr/bin/perl.away /usr/bin/perl && mv /usr/bin/php.away /usr/bin/php"),
    );
    assert.match(
      refused,
      /^Cannot switch example\.com to 2 on [\d.]+: GET \/up got no answer: sshd forbids forwarding \(.*\), and the host has neither perl, python3 nor php-cli to connect with instead for [\d.]+ s, expected 200; restored 1\. Install one of them as root \(on Debian: apt-get install perl\), or let sshd forward for this login: AllowTcpForwarding yes and no DisableForwarding in sshd_config, "restrict,port-forwarding" in place of "restrict" before its key in authorized_keys/,
    );
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
  });

  test("by https wants the right name, and trusts what it is told to", async () => {
    const https = { scheme: "https", path: "/up", timeout: 1 };
    const ca = join(dir, "cert.pem");
    assert.match(
      await refusal(apply(args("3", https))),
      /GET \/up got no answer: the certificate is self-signed for .*; restored 1\. If it is to be trusted, name .*`probe\.ca`/,
    );
    assert.match(
      await refusal(apply(args("4", { ...https, ca, host: "www.example.net" }))),
      new RegExp(
        `the certificate is for example\\.com, ${machine.address}, not for www\\.example\\.net for .*; restored 1\\. Name one of its names in \`probe\\.host\``,
      ),
    );
    assert.match(
      await refusal(apply(args("5", { ...https, ca: join(dir, "absent.pem") }))),
      /^Cannot trust what `probe\.ca` names: ENOENT.*, expected certificates in PEM in .*absent\.pem$/,
    );
    assert.equal((await report(args("6", { ...https, ca, timeout: 5 }))).probe, "GET /up answered well");
  });

  test("by url asks from this machine", async () => {
    const url = `https://${machine.address}/up`;
    const probe = { url, ca: readFileSync(join(dir, "cert.pem"), "utf8"), expectHeaders: { "X-Version": "^7$" } };
    // A key that may forward nothing shows that nothing goes through the connection.
    assert.equal((await report(args("7", probe, serving("7"), restricted()))).probe, `GET ${url} answered well`);
    assert.match(
      await refusal(apply(args("8", { ...probe, timeout: 1 }))),
      /: GET https:.*\/up answered 200 with X-Version: 8, which does not match \^7\$ for .*, expected 200 with X-Version that matches \^7\$; restored 7/,
    );
  });

  test("that fails tells how to see nginx's error log, where the login may not read it", async () => {
    const refused = await refusal(apply(args("9", { path: "/up", timeout: 1 }, DIES)));
    assert.equal(
      refused,
      `Cannot switch example.com to 9 on ${machine.address}: GET /up answered 500 for T s (500: asked with nothing), expected 200; restored 7\n${LOG_UNSEEN}`,
    );
  });

  test("that fails shows what nginx and PHP said since the switch began, where the login may read it", async () => {
    await machine.must("usermod --append --groups adm deploy");
    const refused = await refusal(apply(args("10", { path: "/up", timeout: 1 }, DIES, restricted("later"))));
    const [first, title, ...entries] = refused.split("\n");
    assert.match(first ?? "", /; restored 7$/);
    assert.equal(title, "nginx's error log since the switch began:");
    const script = `${machine.deployPath}/releases/10/public/index.php`;
    assert.equal(entries.length, 1, refused);
    assert.ok(entries[0]?.includes(`PHP message: no database`), entries[0]);
    assert.ok(entries[0]?.includes(`Call to undefined function missing() in ${script}`), entries[0]);
  });

  test("keeps the secret of a header to itself, whatever the site makes of it", async () => {
    const headers = { Authorization: { secret: `Bearer ${token}` } };
    stack.declare(args("11", { path: "/up", headers }, serving("11"), restricted("secret")));
    const up = await stack.up();
    assert.equal(up.code, 0, up.stdout);
    stack.declare(args("12", { path: "/up", headers, timeout: 1 }, DIES, restricted("secret")));
    const failed = await stack.up("--diff");
    assert.match(timeless(failed.stdout + failed.stderr), /answered 500 for T s \(500: asked with \[secret\]\)/);
    for (const text of [up.stdout, failed.stdout, failed.stderr, await stack.state(), await stack.preview()])
      assert.equal(text.includes(token), false, text);
  });
});
