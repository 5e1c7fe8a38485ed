import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { smoke } from "../../provider/switch/smoke.ts";
import { localTransport } from "../support/localTransport.ts";
import { busy } from "../support/php.ts";
import { type PhpFpm, startPhpFpm } from "../support/phpFpm.ts";
import { type Place, place, serving } from "../support/place.ts";
import { siteAt, smokePlan } from "../support/site.ts";

const host = localTransport();

describe("Smoke", () => {
  let at: Place;
  let fpm: PhpFpm;

  before(async () => {
    at = place();
    fpm = await startPhpFpm(at);
  });
  after(() => at.close());

  function release(version: string, php: string): void {
    at.write(`releases/${version}/public/index.php`, php);
  }
  const run = (version: string, wish = {}, seconds?: number, pool = { socket: fpm.socket }) =>
    smoke(host, { pool, site: siteAt(at.dir), version }, smokePlan(wish), seconds);

  it("passes a release whose front controller answers", async () => {
    release(
      "1",
      "<?php echo \"up \", $_SERVER['REQUEST_URI'], ' ', $_SERVER['SCRIPT_NAME'], ' ', $_SERVER['HTTP_X_A'];",
    );
    const wish = { path: "/up?full=1", headers: { "X-A": "b" }, expectBody: "^up /up\\?full=1 /index\\.php b$" };
    const { outcome, ...rest } = await run("1", wish);
    assert.deepEqual([outcome, "status" in rest && rest.status], ["passed", 200], JSON.stringify(rest));
  });

  it("runs the release's own files, wherever others are live", async () => {
    release("a", "<?php echo __DIR__, ' ', $_SERVER['DOCUMENT_ROOT'];");
    const expectBody = `^(${at.dir}/releases/a/public) \\1$`;
    assert.equal((await run("a", { expectBody })).outcome, "passed");
  });

  it("fails a release that dies, with PHP's own words", async () => {
    release("2", "<?php missing_function();");
    const result = await run("2");
    assert.ok(result.outcome === "failed");
    assert.equal(result.observed, "GET / answered 500");
    assert.equal(result.expected, "a status below 500");
    assert.equal(
      result.php[0],
      `PHP Fatal error:  Uncaught Error: Call to undefined function missing_function() in ${at.dir}/releases/2/public/index.php:1`,
    );
  });

  it("fails a release that does not parse", async () => {
    release("3", "<?php if (");
    const result = await run("3");
    assert.ok(result.outcome === "failed");
    assert.match(result.php[0] ?? "", /^PHP Parse error: {2}Unclosed/);
  });

  it("fails a release that dies where PHP hides it behind a 200", async () => {
    release("4", "<?php echo 'half a page'; ob_end_flush(); flush(); missing_function();");
    const result = await run("4");
    assert.ok(result.outcome === "failed");
    assert.equal(result.observed, "GET / answered 200, but the script died");
  });

  it("fails a release that is slower than the deadline", async () => {
    release("5", busy(3));
    const result = await run("5", {}, 0.3);
    assert.ok(result.outcome === "failed");
    assert.match(result.observed, /^GET \/: no whole answer within 0\.3 s: all children of the pool are busy/);
  });

  it("fails a release whose front controller php-fpm cannot find, with advice", async () => {
    const result = await run("none");
    assert.ok(result.outcome === "failed");
    assert.equal(
      result.observed,
      `GET / answered 404: php-fpm finds no ${at.dir}/releases/none/public/index.php ("Primary script unknown")`,
    );
    assert.match(result.next ?? "", /chroot of the pool, or PrivateTmp/);
  });

  it("takes a status that is asked for", async () => {
    release("6", "<?php http_response_code(503);");
    assert.equal((await run("6", { expectStatus: [200, 503] })).outcome, "passed");
    assert.equal((await run("6")).outcome, "failed");
  });

  it("says which right is missing where the pool cannot be reached", {
    skip: serving.uid === undefined && "needs root",
  }, async () => {
    const result = await smoke(
      localTransport("nobody"),
      { pool: fpm, site: siteAt(at.dir), version: "1" },
      smokePlan(),
    );
    assert.ok(result.outcome === "unreachable");
    assert.match(result.why, /^nobody \(groups nogroup\) cannot write /);
    assert.match(result.next, /^Run as root: usermod --append --groups www-data nobody /);
  });
});
