import assert from "node:assert/strict";
import { unlinkSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { OpcacheReport } from "../../provider/opcache/clear.ts";
import { opcacheScript } from "../../provider/opcache/script.ts";
import { opcacheEndpoint } from "../../provider/texts.ts";
import { localTransport } from "../support/localTransport.ts";
import { startNginx } from "../support/nginx.ts";
import { clearOpcache, type OpcacheTarget } from "../support/opcache.ts";
import { busy, get } from "../support/php.ts";
import { type PhpFpm, startPhpFpm } from "../support/phpFpm.ts";
import { freePort, type Place, place } from "../support/place.ts";

const host = localTransport();

describe("Clearing opcache", () => {
  let at: Place;
  beforeEach(() => {
    at = place();
  });
  afterEach(() => at.close());

  /** Three releases of two files each, all run once. */
  async function warm(fpm: PhpFpm): Promise<void> {
    for (const version of ["1", "2", "3"]) {
      at.write(`releases/${version}/lib.php`, `<?php return '${version}';`);
      const front = at.write(`releases/${version}/public/index.php`, "<?php echo require __DIR__ . '/../lib.php';");
      assert.equal((await get(host, fpm, front)).body.toString(), version);
    }
  }

  function target(fpm: PhpFpm, wish: Partial<OpcacheTarget["plan"]> = {}, timeout = 5): OpcacheTarget {
    return {
      plan: { policy: "invalidate", via: "fastcgi", ...wish },
      pools: [fpm.socket],
      scriptPath: at.write(".site-release/opcache.php", opcacheScript().text),
      releasesDir: `${at.dir}/releases`,
      keep: ["3", "2"],
      timeout,
    };
  }

  function shown(report: OpcacheReport): unknown {
    return report.places.map(({ state, invalidated, note }) => ({ state, invalidated, note }));
  }

  for (const timestamps of [0, 1])
    it(`by invalidation takes old releases out, deleted ones too, with validate_timestamps=${timestamps}`, async () => {
      const ini = [`opcache.validate_timestamps=${timestamps}`, "opcache.revalidate_freq=0"];
      const fpm = await startPhpFpm(at, { ini });
      await warm(fpm);
      unlinkSync(`${at.dir}/releases/1/lib.php`);
      const report = await clearOpcache(host, target(fpm));
      assert.equal(report.ok, true, report.why);
      assert.deepEqual(shown(report), [{ state: "cleared", invalidated: 2, note: undefined }]);
      const [{ before, after } = assert.fail("no place")] = report.places;
      assert.ok(before !== undefined && after !== undefined);
      assert.equal(before.wasted, 0);
      assert.ok(after.wasted > 0, "what was freed counts as wasted until the next restart");
      assert.equal(after.validateTimestamps, timestamps === 1);
      // Once more: what is out is not counted again, and what stays was never touched.
      assert.deepEqual(shown(await clearOpcache(host, target(fpm))), [
        { state: "cleared", invalidated: 0, note: undefined },
      ]);
      const all = await clearOpcache(host, { ...target(fpm), keep: [] });
      assert.deepEqual(shown(all), [{ state: "cleared", invalidated: 4, note: undefined }]);
    });

  it("by reset empties the cache, and proves it by the restart counter", async () => {
    const fpm = await startPhpFpm(at);
    await warm(fpm);
    const report = await clearOpcache(host, target(fpm, { policy: "reset" }));
    const [{ state, before, after } = assert.fail("no place")] = report.places;
    assert.equal(state, "cleared", report.why);
    assert.deepEqual([before?.manualRestarts, after?.manualRestarts], [0, 1]);
    assert.ok((before?.scripts ?? 0) >= 6);
    assert.ok((after?.scripts ?? 6) <= 1);
  });

  it("by reset of two pools of one master resets once, and of two masters twice", async () => {
    const run = `${at.dir}/both`;
    const fpm = await startPhpFpm(at, {
      name: "both",
      pool: ["[second]", `listen = ${run}/second.sock`, "pm = static", "pm.max_children = 2"],
    });
    const other = await startPhpFpm(at, { name: "other" });
    const pools = [fpm.socket, `${run}/second.sock`, other.socket];
    const report = await clearOpcache(host, { ...target(fpm, { policy: "reset" }), pools });
    assert.deepEqual(
      report.places.map(({ state, after }) => [state, after?.manualRestarts]),
      [
        ["cleared", 1],
        ["cleared", 1],
        ["cleared", 1],
      ],
    );
  });

  it("by reset is pending while a request is in flight, and done when that has ended", async () => {
    const fpm = await startPhpFpm(at);
    await warm(fpm);
    const long = at.write("long.php", busy(2.5));
    await get(host, fpm, at.write("first.php", "<?php"));
    const flight = get(host, fpm, long);
    await sleep(300);
    const report = await clearOpcache(host, target(fpm, { policy: "reset" }, 1));
    assert.equal(report.ok, true);
    assert.deepEqual(shown(report), [
      {
        state: "pending",
        invalidated: 0,
        note: "the reset waits for a request that began before it; until that ends opcache is off for every pool of this php-fpm, and after 180 s php-fpm kills it",
      },
    ]);
    const meanwhile = await clearOpcache(host, target(fpm));
    assert.deepEqual(shown(meanwhile), [
      {
        state: "pending",
        invalidated: 0,
        note: "opcache restarts as a whole once the requests in flight have ended",
      },
    ]);
    assert.equal((await flight).body.toString(), "done");
    const later = await clearOpcache(host, target(fpm));
    assert.deepEqual(
      later.places.map(({ state, after }) => [state, after?.manualRestarts]),
      [["cleared", 1]],
    );
  });

  it("does nothing by policy none", async () => {
    const nowhere = { socket: "/nowhere.sock", log: "" };
    assert.deepEqual(await clearOpcache(host, target(nowhere, { policy: "none" })), {
      policy: "none",
      ok: true,
      places: [],
    });
  });

  it("has nothing to do where opcache is off", async () => {
    const fpm = await startPhpFpm(at, { ini: ["opcache.enable=0"] });
    assert.deepEqual(shown(await clearOpcache(host, target(fpm))), [
      { state: "cleared", invalidated: 0, note: "opcache is off: there is nothing to clear" },
    ]);
  });

  it("says when opcache.restrict_api forbids it", async () => {
    const fpm = await startPhpFpm(at, { ini: ["opcache.restrict_api=/usr/local/tools"] });
    const report = await clearOpcache(host, target(fpm));
    assert.equal(report.ok, false);
    assert.equal(
      report.why,
      `${fpm.socket}: opcache.restrict_api keeps this script from opcache; it must be empty, or a prefix of its path`,
    );
  });

  it("says when disable_functions forbids it", async () => {
    const fpm = await startPhpFpm(at, { ini: ["disable_functions=opcache_invalidate"] });
    const report = await clearOpcache(host, target(fpm));
    assert.equal(report.why, `${fpm.socket}: disable_functions holds opcache's functions`);
  });

  it("finds its answer behind what auto_prepend_file prints", async () => {
    const prepended = at.write("prepend.php", '<?php echo "hello\\n";');
    const fpm = await startPhpFpm(at, { ini: [`auto_prepend_file=${prepended}`] });
    assert.deepEqual(shown(await clearOpcache(host, target(fpm))), [
      { state: "cleared", invalidated: 0, note: undefined },
    ]);
  });

  it("says when its script or the pool is not there, and throws nothing", async () => {
    const fpm = await startPhpFpm(at);
    const lost = await clearOpcache(host, { ...target(fpm), scriptPath: `${at.dir}/gone.php` });
    assert.equal(lost.ok, false);
    assert.match(lost.why ?? "", /php-fpm finds no .*gone\.php \("Primary script unknown"\)\. The pool's user must/);
    const nowhere = await clearOpcache(host, { ...target(fpm), pools: [`${at.dir}/no.sock`, "no pool"] });
    assert.match(
      nowhere.why ?? "",
      /no\.sock does not exist.*; no pool: "no pool" is neither a socket's absolute path/,
    );
  });

  describe("by http", () => {
    it("does all of it through the localhost endpoint, which runs for nobody else", async () => {
      const fpm = await startPhpFpm(at);
      await warm(fpm);
      const port = await freePort();
      const scriptPath = `${at.dir}/opcache.php`;
      const endpoint = opcacheEndpoint({ pool: fpm.socket, scriptPath, port });
      at.write("opcache.php", endpoint.php);
      const plain = await freePort();
      await startNginx(
        at,
        `${endpoint.serverBlock}
server { listen 127.0.0.1:${plain}; root ${at.dir}; location / { include /etc/nginx/fastcgi_params;
  fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:${fpm.socket}; } }`,
      );
      const way = { via: "http", url: endpoint.url } as const;
      const cleared = await clearOpcache(host, target(fpm, way));
      assert.deepEqual(shown(cleared), [{ state: "cleared", invalidated: 2, note: undefined }], cleared.why);
      const report = await clearOpcache(host, target(fpm, { ...way, policy: "reset" }));
      assert.deepEqual(
        report.places.map(({ state, after }) => [state, after?.manualRestarts]),
        [["cleared", 1]],
      );

      const asked = await fetch(`http://127.0.0.1:${plain}/opcache.php`, {
        method: "POST",
        headers: { "SITE-RELEASE-OPCACHE": "1", SITE_RELEASE_OPCACHE: "1" },
        body: '{"op":"reset","nonce":"x"}',
      });
      assert.deepEqual([asked.status, await asked.text()], [404, ""]);
      const elsewhere = await clearOpcache(host, target(fpm, { ...way, url: `http://127.0.0.1:${port}/other` }));
      assert.match(elsewhere.why ?? "", /\/other: answered 404: /);
    });

    it("understands an endpoint that only resets", async () => {
      const fpm = await startPhpFpm(at);
      await warm(fpm);
      at.write("reset.php", "<?php if (opcache_reset()) echo 'SUCCESS: opcache_reset'; else echo 'FAIL';");
      const port = await freePort();
      await startNginx(
        at,
        `server { listen 127.0.0.1:${port}; root ${at.dir}; location / { include /etc/nginx/fastcgi_params;
  fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:${fpm.socket}; } }`,
      );
      const url = `http://127.0.0.1:${port}/reset.php`;
      const report = await clearOpcache(host, target(fpm, { via: "http", url, policy: "reset" }));
      assert.equal(report.ok, true);
      assert.deepEqual(shown(report), [
        {
          state: "unverified",
          invalidated: 0,
          note: "not verified: the endpoint gives no status; the text of opcacheEndpoint() does",
        },
      ]);
      const misfit = await clearOpcache(host, target(fpm, { via: "http", url }));
      assert.equal(misfit.ok, false);
      assert.match(misfit.why ?? "", /the endpoint knows nothing but a reset, and has emptied the whole cache; put/);
    });

    it("says when nobody answers", async () => {
      const url = `http://127.0.0.1:${await freePort()}/`;
      const report = await clearOpcache(host, target({ socket: "", log: "" }, { via: "http", url }));
      assert.equal(report.ok, false);
      assert.match(report.why ?? "", /ECONNREFUSED/);
    });
  });
});
