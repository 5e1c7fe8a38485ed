import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { poolAddress, poolName } from "../../../provider/opcache/address.ts";
import { explainSocket, type SocketFacts } from "../../../provider/opcache/pool.ts";

describe("poolAddress", () => {
  it("reads sockets and host:port, and poolName writes them back", () => {
    for (const [text, address] of [
      ["/run/php/php8.2-fpm.sock", { socket: "/run/php/php8.2-fpm.sock" }],
      ["127.0.0.1:9000", { host: "127.0.0.1", port: 9000 }],
      ["php.internal:65535", { host: "php.internal", port: 65_535 }],
      ["[::1]:9000", { host: "::1", port: 9000 }],
    ] as const) {
      assert.deepEqual(poolAddress(text), address);
      assert.equal(poolName(address), text);
    }
  });

  it("refuses everything else, and says what it wants", () => {
    for (const text of [
      "",
      "run/php.sock",
      "localhost",
      "a:0",
      "a:65536",
      "::1:9000",
      "a b:1",
      "/a\nb",
      `/${"x".repeat(107)}`,
    ])
      assert.throws(() => poolAddress(text), { reason: "pool-malformed" }, text);
    assert.throws(() => poolAddress("unix:/run/php.sock"), {
      message:
        'Cannot use the php-fpm pool: "unix:/run/php.sock" is neither a socket\'s absolute path nor host:port, expected what the pool\'s "listen" says, as in "/run/php/php8.2-fpm.sock" or "127.0.0.1:9000"',
    });
  });
});

describe("explainSocket", () => {
  const facts: SocketFacts = {
    kind: "socket",
    writable: false,
    listening: "yes",
    mode: "srw-rw----",
    owner: "www-data",
    group: "www-data",
    user: "deploy",
    groups: "deploy staff",
    others: "",
  };
  const cost =
    "it lets deploy run any PHP as the pool's user. Without it there is no smoke, and opcache needs `opcache.url` (a localhost endpoint)";

  it("names the group that would let the user in", () => {
    assert.deepEqual(explainSocket("/run/php/a.sock", facts), {
      why: "deploy (groups deploy staff) cannot write /run/php/a.sock (srw-rw---- www-data www-data)",
      next: `Run as root: usermod --append --groups www-data deploy (it holds from the next login on); ${cost}`,
    });
  });

  it("names the pool's setting where no group may write", () => {
    assert.equal(
      explainSocket("/a.sock", { ...facts, mode: "srw-------" }).next,
      `Set in the pool: listen.acl_users = www-data,deploy (and restart php-fpm); ${cost}`,
    );
  });

  it("names the sockets that are there instead", () => {
    assert.deepEqual(explainSocket("/a.sock", { ...facts, kind: "absent", others: "/run/php/b.sock" }), {
      why: "/a.sock does not exist; /run/php has /run/php/b.sock",
      next: "Set `pools` to what the pool's listen says, or start php-fpm",
    });
    assert.equal(
      explainSocket("/a.sock", { ...facts, kind: "other" }).why,
      "/a.sock is not a socket; no php-fpm socket is in /run/php",
    );
  });

  it("tells a hidden directory, a silent socket and forbidden forwarding apart", () => {
    assert.equal(
      explainSocket("/a/b.sock", { ...facts, kind: "hidden" }).why,
      "deploy cannot look into the directory of /a/b.sock",
    );
    assert.equal(
      explainSocket("/a.sock", { ...facts, writable: true, listening: "no" }).why,
      "no process listens at /a.sock",
    );
    assert.deepEqual(explainSocket("/a.sock", { ...facts, writable: true }), {
      why: "deploy can write /a.sock, but no connection came through",
      next: "If sshd forbids forwarding, install perl on the host, which connects instead, or allow it for this user: AllowStreamLocalForwarding yes, AllowTcpForwarding yes, and no restrict in authorized_keys",
    });
  });
});
