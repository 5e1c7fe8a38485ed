import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { opcacheScript } from "../../provider/opcache/script.ts";
import { surveyCaches } from "../../provider/opcache/surveyCaches.ts";
import { warmCaches } from "../../provider/opcache/warm.ts";
import { waysOf } from "../../provider/opcache/ways.ts";
import { localTransport } from "../support/localTransport.ts";
import { clearOpcache, opcachePlan } from "../support/opcache.ts";
import { get } from "../support/php.ts";
import { type PhpFpm, startPhpFpm } from "../support/phpFpm.ts";
import { type Place, place } from "../support/place.ts";

const host = localTransport();
const command = process.env.CACHETOOL ?? "cachetool";
const skip =
  spawnSync(command.endsWith(".phar") ? "php" : command, command.endsWith(".phar") ? [command, "-V"] : ["-V"])
    .status !== 0 && "cachetool is neither on PATH nor named by CACHETOOL";

describe("opcache by cachetool", () => {
  let at: Place;
  let fpm: PhpFpm;
  let scriptPath: string;
  before(async () => {
    at = place();
    fpm = await startPhpFpm(at);
    scriptPath = at.write(".site-release/opcache.php", opcacheScript().text);
    for (const version of ["1", "2"]) {
      for (const twin of ["a", "b"]) at.write(`releases/${version}/${twin}.php`, "<?php function twin() {}");
      at.write(`releases/${version}/public/index.php`, `<?php require __DIR__ . '/../a.php'; echo '${version}';`);
    }
    assert.equal((await get(host, fpm, `${at.dir}/releases/1/public/index.php`)).body.toString(), "1");
  });
  after(() => at.close());

  const clear = (cachetool: string, policy: "invalidate" | "reset" = "invalidate") =>
    clearOpcache(host, {
      ...{ plan: { policy, via: "cachetool", cachetool }, pools: [fpm.socket], scriptPath },
      ...{ releasesDir: `${at.dir}/releases`, keep: ["2"], timeout: 20 },
    });

  it("warms, invalidates and resets as FastCGI does, and proves each", { skip }, async () => {
    const plan = opcachePlan({ via: "cachetool", cachetool: command });
    const target = { releasesDir: `${at.dir}/releases`, version: "2", live: "1", former: undefined };
    const warm = [{ base: "", pattern: "^[^/]+\\.php$" }];
    const caches = await surveyCaches(waysOf(host, plan, [fpm.socket], scriptPath), { ...target, warm, seconds: 20 });
    const { places } = await warmCaches(
      caches,
      { ...target, otherPools: [], whenFull: "reset", compiles: true },
      { deadline: performance.now() + 20_000, over: new AbortController().signal, progress: () => {} },
    );
    assert.deepEqual(
      places.map(({ state, compiled, notes }) => [state, compiled, notes]),
      [["warmed", 3, []]],
    );
    const cleared = await clear(command);
    assert.deepEqual(
      cleared.places.map(({ state, invalidated, note }) => [state, invalidated, note]),
      [["cleared", 2, undefined]],
    );
    const reset = await clear(command, "reset");
    assert.deepEqual(
      reset.places.map(({ state, after }) => [state, after?.manualRestarts]),
      [["cleared", 1]],
    );
  });

  it("says what cachetool says of a pool that is not there", { skip }, async () => {
    const target = { plan: { policy: "invalidate", via: "cachetool", cachetool: command }, scriptPath } as const;
    const pools = [`${at.dir}/none.sock`];
    const { why } = await clearOpcache(host, { ...target, pools, releasesDir: at.dir, keep: [], timeout: 20 });
    assert.match(why ?? "", /none\.sock: cachetool ended with \d+: .*none\.sock/);
  });

  it("says when it is not there, is another program, or too old", async () => {
    const user = host.user;
    assert.equal(
      (await clear("/nowhere/cachetool")).why,
      `${fpm.socket}: /nowhere/cachetool is no command that ${user} can run on the host. Install cachetool there, or set \`opcache.cachetool\` to the path of its phar`,
    );
    const other = at.write("other", "#!/bin/sh\necho something else\n");
    const old = at.write("old", "#!/bin/sh\necho CacheTool 5.1.0\n");
    for (const file of [other, old]) chmodSync(file, 0o755);
    assert.match((await clear(other)).why ?? "", /other does not tell its version as cachetool does: something else/);
    assert.match((await clear(old)).why ?? "", /cachetool 5 is too old\. Install version 6 or later$/);
  });
});
