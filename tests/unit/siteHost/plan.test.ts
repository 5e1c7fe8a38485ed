import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { opcacheScript } from "../../../provider/opcache/script.ts";
import { nginxSnippet } from "../../../provider/serverBlock.ts";
import { hostPlan } from "../../../provider/siteHost/plan.ts";
import { opcacheEndpoint, sudoersFor } from "../../../provider/texts.ts";

const ARGS = { serverName: "www.example.com", deployPath: "/srv/site" };

function signed(comment: string, text: string): string {
  const digest = createHash("sha256").update(text).digest("hex");
  return `${comment} Made by pulumi-site-release, and left alone once it is edited; sha256 of what follows: ${digest}\n${text}`;
}

describe("hostPlan", () => {
  it("has the texts that the package gives to a person, signed", () => {
    const plan = hostPlan(ARGS);
    const pool = "/run/php/php-fpm.sock";
    assert.equal(plan.pool, pool);
    assert.equal(plan.includePath, "/srv/site/root_dir.nginx.conf");
    assert.equal(plan.placeholder, "set $root_dir /srv/site/.site-release/empty;\n");
    assert.equal(plan.serverBlock, nginxSnippet({ ...ARGS, pool }));
    assert.deepEqual(plan.sudo, {
      file: "/etc/sudoers.d/site-release-www_example_com",
      text: signed("#", sudoersFor({ user: "deploy" })),
    });
    assert.deepEqual(plan.keepalive, {
      file: "/etc/nginx/conf.d/site-release-keepalive.conf",
      text: signed("#", "keepalive_min_timeout 10s;\n"),
    });
    const script = `/usr/local/lib/site-release/www.example.com/${opcacheScript().name}`;
    const { serverBlock, php, url } = opcacheEndpoint({ pool, scriptPath: script });
    assert.deepEqual(plan.endpoint, { script, php, url, block: signed("#", serverBlock) });
  });

  it("follows the inputs", () => {
    const inputs = {
      phpVersion: "8.3",
      includePath: "/srv/x.conf",
      listen: ["8080"],
      serverBlockLines: ["client_max_body_size 64m;"],
      deployUser: "www",
      opcachePort: 1,
    };
    const plan = hostPlan({ ...ARGS, ...inputs });
    const pool = "/run/php/php8.3-fpm.sock";
    const block = { ...ARGS, pool, includePath: "/srv/x.conf", listen: ["8080"], lines: inputs.serverBlockLines };
    assert.equal(plan.serverBlock, nginxSnippet(block));
    assert.equal(plan.endpoint.url, "http://127.0.0.1:1/opcache");
    assert.match(plan.sudo.text, /^www ALL=/m);
  });

  it("refuses what does not fit, all at once and before anything is touched", () => {
    const wrong = {
      serverName: "shop of example",
      deployPath: "srv",
      packages: ["php; rm"],
      deployUser: "root",
      authorizedKeys: ['restrict,command="x" ssh-ed25519 AAAA'],
      opcacheReleases: 1,
      sudo: true,
    };
    assert.throws(() => hostPlan(wrong), {
      name: "SiteReleaseError",
      message:
        'Cannot set up a host: serverName must be a DNS name, as in example.com (it is the resource\'s name unless it is given); deployPath must be an absolute path without "." or ".." or a slash at its end, made of letters, digits and "._@+~-", which nginx takes as they are; packages[0] must be a package\'s name; deployUser must be a login name of lower-case letters, digits, and _ . - after the first, other than root; authorizedKeys[0] must be one line of authorized_keys without options, as in "ssh-ed25519 AAAA… deploy@ci"; opcacheReleases must be a number of releases, 2 to 50; "sudo" is not an input',
    });
    for (const removed of [{ packages: ["nginx-"] }, { phpExtensions: ["fpm-"] }])
      assert.throws(() => hostPlan({ ...ARGS, ...removed }), { reason: "host-unfit" }, JSON.stringify(removed));
    assert.throws(() => hostPlan({ ...ARGS, listen: ["80; root /"] }), { reason: "text-unfit" });
  });
});
