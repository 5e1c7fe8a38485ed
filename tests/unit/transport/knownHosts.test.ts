import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint, hostKeyLine, parseHostKey } from "../../../provider/transport/hostKey.ts";
import { type KnownHost, knownHosts, knownHostsName } from "../../../provider/transport/knownHosts.ts";

// GitHub's, whose fingerprint is published: SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU
const GITHUB = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

function find(text: string, name: string): KnownHost[] {
  return knownHosts([{ path: "/k", text }], name);
}

function places(text: string, name: string): string[] {
  return find(text, name).map(({ mark, place }) => `${mark}${place}`);
}

test("a key has the fingerprint that its owner publishes", () => {
  const key = parseHostKey(GITHUB);
  assert.ok(key);
  assert.equal(fingerprint(key), "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
  assert.equal(hostKeyLine(key), GITHUB);
});

test("a key is found in lines of every usual form, and nowhere else", () => {
  for (const line of [`${GITHUB} a comment`, `web1,10.0.0.1 ${GITHUB}`, `  ${GITHUB}\r\n`, `restrict ${GITHUB}`]) {
    const key = parseHostKey(line);
    assert.equal(key === undefined ? undefined : hostKeyLine(key), GITHUB);
  }
  const other = GITHUB.replace("ssh-ed25519", "ssh-rsa");
  for (const line of ["", "ssh-ed25519", "ssh-ed25519 AAAA", "SHA256:abc", other, GITHUB.slice(0, 40)])
    assert.equal(parseHostKey(line), undefined, line);
});

test("a name is matched as a whole, in any case, with wildcards and negations", () => {
  const text = [
    `web1 ${GITHUB}`,
    `Web1.Example.com,10.0.0.1 ${GITHUB}`,
    `*.example.com,!web2.example.com ${GITHUB}`,
    `web? ${GITHUB}`,
    `web1.example.co. ${GITHUB}`,
  ].join("\n");
  assert.deepEqual(places(text, "web1"), ["/k:1", "/k:4"]);
  assert.deepEqual(places(text, "WEB1.example.com"), ["/k:2", "/k:3"]);
  assert.deepEqual(places(text, "web2.example.com"), []);
  assert.deepEqual(places(text, "10.0.0.1"), ["/k:2"]);
  assert.deepEqual(places(text, "example.com"), []);
});

test("another port is another name", () => {
  const text = `[web1]:2222 ${GITHUB}\nweb1 ${GITHUB}\n`;
  assert.deepEqual(places(text, knownHostsName("web1", 2222)), ["/k:1"]);
  assert.deepEqual(places(text, knownHostsName("web1", 22)), ["/k:2"]);
});

test("marks are kept, and lines that are no entry are skipped", () => {
  const text = [
    "# web1 is a comment",
    "",
    "web1",
    "web1 ssh-ed25519 not-base64",
    `@revoked * ${GITHUB}`,
    `@cert-authority *.example.com,web1 ${GITHUB}`,
    `@future web1 ${GITHUB}`,
    `web1 ${GITHUB}`,
  ].join("\n");
  assert.deepEqual(places(text, "web1"), ["@revoked/k:5", "@cert-authority/k:6", "/k:8"]);
});

test("a hashed name is found by the name alone", () => {
  // Made by ssh-keygen -H from "[web1]:2222".
  const line = `|1|UwOyvZHCc0SYfvLDuIuAjWGtvwY=|cCphekLjSnff971JGLktjpa5kh8= ${GITHUB}`;
  assert.deepEqual(places(line, "[web1]:2222"), ["/k:1"]);
  assert.deepEqual(places(line, "web1"), []);
});
