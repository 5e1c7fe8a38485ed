import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Connection } from "../../provider/transport/connection.ts";
import { fingerprint, parseHostKey } from "../../provider/transport/hostKey.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import { failureOf } from "../support/failure.ts";
import { emptyHome } from "../support/home.ts";
import { makeKey, type Sshd, sshdMissing, startSshd } from "../support/sshd.ts";

describe("the host key", { skip: sshdMissing(), timeout: 60_000 }, () => {
  let sshd: Sshd;
  let home: ReturnType<typeof emptyHome>;
  let other: string;
  let connection: Connection;

  before(async () => {
    sshd = await startSshd({ hostKeyTypes: ["ed25519", "ecdsa", "rsa"] });
    other = makeKey(join(sshd.dir, "other"), "ed25519");
    const { hostKey: _hostKey, ...rest } = sshd.connection;
    connection = rest;
  });
  after(() => sshd.stop());
  beforeEach(() => {
    home = emptyHome();
  });
  afterEach(() => home.restore());

  /** Connects, and tells by which kind of key the host was recognised. */
  async function recognised(by: Partial<Connection> = {}): Promise<string | undefined> {
    const transport = await openSsh({ ...connection, ...by }, () => {});
    transport.close();
    return transport.hostKey;
  }

  function key(at: number): string {
    return sshd.hostKeys[at] ?? "";
  }

  function shown(line: string): string {
    const parsed = parseHostKey(line);
    assert.ok(parsed);
    return `${parsed.type} ${fingerprint(parsed)}`;
  }

  function know(...known: string[]): void {
    writeFileSync(join(home.ssh, "known_hosts"), `# a comment\n\n${known.join("\n")}\n`);
  }

  test("is recognised by the input, of whatever type, with a comment", async () => {
    for (const line of sshd.hostKeys) assert.equal(await recognised({ hostKey: `${line} root@web1` }), line);
  });

  test("that differs from the input is refused, with what to do", async () => {
    const error = await failureOf(recognised({ hostKey: other }));
    assert.equal(error.reason, "host-key-wrong");
    assert.equal(
      error.message,
      `Cannot connect to 127.0.0.1 port ${sshd.port}: the host key is ${shown(key(0))}, expected ${shown(other)} (connection.hostKey); nothing was sent to it. Either the host was rebuilt or something answers in its place. Only if you know that it was rebuilt, set connection.hostKey to "${key(0)}"`,
    );
  });

  test("that the input cannot name is refused before any host is asked", async () => {
    const error = await failureOf(recognised({ hostKey: "SHA256:abc", host: "nowhere.invalid" }));
    assert.equal(error.reason, "host-key-unreadable");
    assert.equal(
      error.message,
      "Cannot connect to nowhere.invalid port ".concat(
        `${sshd.port}: connection.hostKey is not a public key, expected one line as in authorized_keys, "ssh-ed25519 AAAA…". Take the line from /etc/ssh/ssh_host_ed25519_key.pub on the host`,
      ),
    );
  });

  test("that nobody knows is refused with the line to add, and that line is enough", async () => {
    const error = await failureOf(recognised());
    const line = `[127.0.0.1]:${sshd.port} ${key(0)}`;
    assert.equal(error.reason, "host-key-unknown");
    assert.equal(
      error.message,
      `Cannot connect to 127.0.0.1 port ${sshd.port}: its host key is not known (${shown(key(0))}), expected a key that connection.hostKey or known_hosts names. Compare the fingerprint with the host's own (cat /etc/ssh/ssh_host_*_key.pub | ssh-keygen -lf - there); if it is the same, add this line to ~/.ssh/known_hosts: ${line} - or set connection.hostKey to "${key(0)}"`,
    );
    know(line);
    assert.equal(await recognised(), key(0));
  });

  test("is asked for by the type that known_hosts has", async () => {
    know(`[127.0.0.1]:${sshd.port} ${key(1)}`);
    assert.equal(await recognised(), key(1));
    know(`[127.0.0.1]:${sshd.port} ${key(2)}`);
    assert.equal(await recognised(), key(2));
  });

  test("is found behind hashed names as ssh-keygen writes them", async () => {
    know(`[127.0.0.1]:${sshd.port} ${key(0)}`, `elsewhere ${other}`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", join(home.ssh, "known_hosts")], { stdio: "ignore" });
    assert.equal(await recognised(), key(0));
  });

  test("is found in known_hosts2, and under the name without the port", async () => {
    writeFileSync(join(home.ssh, "known_hosts2"), `elsewhere,127.0.0.1 ${key(0)}\n`);
    assert.equal(await recognised(), key(0));
  });

  test("is right if any of several lines has it", async () => {
    know(`[127.0.0.1]:${sshd.port} ${other}`, `[127.0.0.1]:${sshd.port} ${key(0)}`);
    assert.equal(await recognised(), key(0));
  });

  test("that changed is refused with the place of the old one", async () => {
    know(`[127.0.0.1]:${sshd.port} ${other}`);
    const error = await failureOf(recognised());
    assert.equal(error.reason, "host-key-wrong");
    const name = `[127.0.0.1]:${sshd.port}`;
    assert.equal(
      error.message,
      `Cannot connect to 127.0.0.1 port ${sshd.port}: the host key is ${shown(key(0))}, expected ${shown(other)} (${home.ssh}/known_hosts:3); nothing was sent to it. Either the host was rebuilt or something answers in its place. Only if you know that it was rebuilt, remove the old key (ssh-keygen -R '${name}') and add ${name} ${key(0)}`,
    );
  });

  test("that is revoked is refused although it is also trusted", async () => {
    know(`[127.0.0.1]:${sshd.port} ${key(0)}`, `@revoked * ${key(0)}`);
    const error = await failureOf(recognised());
    assert.equal(error.reason, "host-key-revoked");
    assert.equal(
      error.message,
      `Cannot connect to 127.0.0.1 port ${sshd.port}: its host key ${shown(key(0))} is revoked (${home.ssh}/known_hosts:4), expected a key that is not revoked; nothing was sent to it. Give the host a new key, and replace the old one in known_hosts`,
    );
  });

  test("is not taken from a certificate authority, and the error says so", async () => {
    know(`@cert-authority * ${key(0)}`);
    const error = await failureOf(recognised());
    assert.equal(error.reason, "host-key-unknown");
    assert.equal(
      error.failure.observed,
      `its host key is not known (${shown(key(0))}); the @cert-authority at ${home.ssh}/known_hosts:3 is of no use: only plain keys are`,
    );
  });
});
