import assert from "node:assert/strict";
import { utimesSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { opcacheScript } from "../../provider/opcache/script.ts";
import { surveyCaches } from "../../provider/opcache/surveyCaches.ts";
import { type WarmPlace, type WarmReport, warmCaches } from "../../provider/opcache/warm.ts";
import type { WarmTarget } from "../../provider/opcache/warmTarget.ts";
import { waysOf } from "../../provider/opcache/ways.ts";
import type { OpcachePlan } from "../../provider/switch/plan.ts";
import { smoke } from "../../provider/switch/smoke.ts";
import { survey, warm as warmForSwitch, warmPattern } from "../../provider/switch/warming.ts";
import { askWarmUrls } from "../../provider/switch/warmUrls.ts";
import { opcacheEndpoint } from "../../provider/texts.ts";
import type { Answer } from "../../provider/transport/conversation.ts";
import { localTransport } from "../support/localTransport.ts";
import { startNginx } from "../support/nginx.ts";
import { clearOpcache, opcachePlan } from "../support/opcache.ts";
import { busy, get } from "../support/php.ts";
import { type PhpFpm, startPhpFpm } from "../support/phpFpm.ts";
import { freePort, type Place, place, serving, writable } from "../support/place.ts";
import { siteAt, smokePlan } from "../support/site.ts";
import { switchPlanOf } from "../support/switchPlan.ts";

const host = localTransport();

interface Wish extends Partial<Pick<WarmTarget, "live" | "former" | "otherPools" | "compiles">> {
  readonly version?: string;
  readonly pools?: readonly string[];
  readonly opcache?: Partial<OpcachePlan>;
  /** What happens after the look into the caches. */
  meanwhile?(): Promise<unknown>;
}

describe("Warming opcache", () => {
  let at: Place;
  let told: string[];
  beforeEach(() => {
    at = place();
    told = [];
  });
  afterEach(() => at.close());

  /** A release of a front controller, which reads all of `files`. */
  function release(version: string, files: Readonly<Record<string, string>>): string {
    for (const [path, php] of Object.entries(files)) at.write(`releases/${version}/${path}`, php);
    const reads = Object.keys(files).map((path) => `require __DIR__ . '/../${path}';`);
    return at.write(`releases/${version}/public/index.php`, `<?php ${reads.join(" ")} echo '${version}';`);
  }

  async function serve(fpm: PhpFpm, version: string, files: Readonly<Record<string, string>>): Promise<void> {
    assert.equal((await get(host, fpm, release(version, files))).body.toString(), version);
  }

  async function warm(fpm: PhpFpm, wish: Wish = {}): Promise<WarmReport> {
    const { version = "2", live = "1", former, otherPools = [], compiles = true, pools = [fpm.socket] } = wish;
    const plan = opcachePlan(wish.opcache);
    const scriptPath = at.write(".site-release/opcache.php", opcacheScript().text);
    const releasesDir = `${at.dir}/releases`;
    const ways = waysOf(host, plan, pools, scriptPath);
    const target = { releasesDir, version, live, former };
    const patterns = plan.warm.map(warmPattern);
    const caches = await surveyCaches(ways, { ...target, warm: patterns, seconds: plan.warmTimeout });
    await wish.meanwhile?.();
    return warmCaches(
      caches,
      { ...target, otherPools, compiles, whenFull: plan.whenFull },
      {
        deadline: performance.now() + plan.warmTimeout * 1000,
        over: new AbortController().signal,
        progress: (status) => told.push(status),
      },
    );
  }

  function only({ places }: WarmReport): WarmPlace {
    assert.equal(places.length, 1, JSON.stringify(places));
    return places[0] ?? assert.fail("no place");
  }

  /** What the cache has of a version, by a question of the test's own. */
  async function held(fpm: PhpFpm, version: string): Promise<string[]> {
    const script = at.write(
      `held-${version}.php`,
      `<?php $all = array_filter(array_keys(opcache_get_status(true)['scripts'] ?? []), 'opcache_is_script_cached');
      echo json_encode(array_values(preg_grep('#/releases/${version}/#', $all)));`,
    );
    const files: string[] = JSON.parse((await get(host, fpm, script)).body.toString());
    return files.map((file) => file.slice(`${at.dir}/releases/${version}/`.length)).sort();
  }

  const twoFiles = { "a.php": "<?php function a() {}", "b.php": "<?php class B {}" };

  it("compiles what the live release has cached and the new one has, what globs name besides, and nothing else", async () => {
    const fpm = await startPhpFpm(at, { ini: ["opcache.validate_timestamps=0"] });
    await serve(fpm, "1", { ...twoFiles, "gone.php": "<?php" });
    release("2", {
      ...twoFiles,
      "src/deep/C.php": "<?php class C {}",
      "src/D.php": "<?php",
      "src/x.txt": "",
      "other.php": "<?php",
    });
    const { before, after, ...rest } = only(await warm(fpm, { opcache: { warm: ["src/**/*.php", "none/*.php"] } }));
    assert.deepEqual(
      { ...rest, cache: undefined },
      {
        ...{ place: fpm.socket, cache: undefined, state: "warmed", notes: [] },
        ...{ compiled: 5, already: 0, skipped: 0, invalidated: 0 },
      },
    );
    assert.deepEqual(await held(fpm, "2"), ["a.php", "b.php", "public/index.php", "src/D.php", "src/deep/C.php"]);
    assert.ok((after?.used ?? 0) > (before?.used ?? 0));
    assert.deepEqual(told.at(-1), "warming opcache: 5 of 5 scripts");
    const again = only(await warm(fpm, { opcache: { warm: ["src/**/*.php"] } }));
    assert.deepEqual([again.state, again.compiled, again.already], ["warmed", 0, 5]);
  });

  it("compiles thousands in batches", async () => {
    const fpm = await startPhpFpm(at);
    const files = Object.fromEntries(
      Array.from({ length: 450 }, (_, index) => [`c${index}.php`, `<?php class C${index} {}`]),
    );
    await serve(fpm, "1", files);
    release("2", files);
    const { state, compiled, notes } = only(await warm(fpm));
    assert.deepEqual([state, compiled, notes], ["warmed", 451, []]);
    assert.deepEqual(
      told,
      [200, 400, 451].map((count) => `warming opcache: ${count} of 451 scripts`),
    );
  });

  it("compiles alone what cannot be compiled beside others, and tells what does not parse", async () => {
    const fpm = await startPhpFpm(at);
    release("1", {});
    const twin = "<?php function twin() {}";
    release("2", { "one.php": twin, "other.php": twin, "z.php": "<?php class Z {}", "broken.php": "<?php if (" });
    const { compiled, skipped, notes } = only(await warm(fpm, { opcache: { warm: ["*.php"] } }));
    assert.deepEqual([compiled, skipped], [3, 1]);
    assert.match(
      notes.join(),
      /^1 script of the release cannot be compiled, as broken\.php \(ParseError: Unclosed '\(' on line 1\)$/,
    );
    assert.deepEqual(await held(fpm, "2"), ["one.php", "other.php", "z.php"]);
  });

  it("goes on behind a script that kills its worker", async () => {
    const fpm = await startPhpFpm(at, { ini: ["memory_limit=16M"] });
    // More than memory_limit to compile.
    const large = `<?php return [${"['a' => 1, 'b' => 2],".repeat(120_000)}];`;
    release("2", { "a.php": "<?php", "large.php": large, "z.php": "<?php" });
    const { compiled, already, skipped, notes } = only(await warm(fpm, { opcache: { warm: ["*.php"] } }));
    // What the dying worker had compiled before is there already when it is asked for again.
    assert.deepEqual([compiled + already, skipped], [2, 1]);
    assert.match(notes.join(), /^1 script of the release cannot be compiled, as large\.php \(.*(memory|crashed)/i);
  });

  it("waits for scripts that are too fresh, and tells of those from the future", async () => {
    const fpm = await startPhpFpm(at);
    release("2", { "fresh.php": "<?php", "future.php": "<?php", "old.php": "<?php" });
    const now = Date.now() / 1000;
    utimesSync(`${at.dir}/releases/2/fresh.php`, now, now);
    utimesSync(`${at.dir}/releases/2/future.php`, now + 3600, now + 3600);
    const { compiled, skipped, notes } = only(await warm(fpm, { opcache: { warm: ["*.php"] } }));
    assert.deepEqual([compiled, skipped], [2, 1]);
    assert.deepEqual(notes, [
      "opcache never keeps 1 script with times in the future of the host's clock, as future.php, and each request compiles them anew. Set the host's clock, and touch them",
    ]);
    assert.deepEqual(await held(fpm, "2"), ["fresh.php", "old.php"]);
  });

  it("asks each cache once, whatever its pools are: sockets, ports, other masters", async () => {
    const port = await freePort();
    const pool = ["[tcp]", `listen = 127.0.0.1:${port}`, "pm = static", "pm.max_children = 2"];
    const fpm = await startPhpFpm(at, { name: "both", pool });
    const other = await startPhpFpm(at, { name: "other" });
    await serve(fpm, "1", twoFiles);
    release("2", twoFiles);
    const { places } = await warm(fpm, {
      pools: [`127.0.0.1:${port}`, fpm.socket, other.socket],
      opcache: { warm: ["a.php"] },
    });
    assert.deepEqual(
      places.map(({ place, compiled }) => [place, compiled]),
      [
        [`127.0.0.1:${port}`, 3],
        [other.socket, 1],
      ],
    );
  });

  it("takes out what an earlier switch left, and keeps the rollback target", async () => {
    const fpm = await startPhpFpm(at);
    for (const version of ["0", "1", "2"]) await serve(fpm, version, twoFiles);
    release("3", twoFiles);
    const { invalidated } = only(await warm(fpm, { version: "3", live: "2", former: "1" }));
    assert.equal(invalidated, 3);
    assert.deepEqual([(await held(fpm, "0")).length, (await held(fpm, "1")).length], [0, 3]);
  });

  it("works with a pool that is chrooted, whose view it finds out", {
    skip: serving.uid === undefined && "needs root",
  }, async () => {
    const fpm = await startPhpFpm(at, { chroot: at.dir });
    const inside = (file: string) => file.slice(at.dir.length);
    assert.equal((await get(host, fpm, inside(release("1", twoFiles)))).body.toString(), "1");
    release("2", twoFiles);
    const { state, compiled, notes } = only(await warm(fpm));
    assert.deepEqual([state, compiled, notes], ["warmed", 3, []]);
    const scriptPath = `${at.dir}/.site-release/opcache.php`;
    const front = { pool: { socket: fpm.socket }, site: siteAt(at.dir), version: "2", scriptPath };
    const tried = await smoke(host, front, smokePlan(), 5);
    assert.equal(tried.outcome, "passed");
    const target = { pools: [fpm.socket], scriptPath, timeout: 5 };
    const plan = { policy: "auto" } as const;
    const cleared = await clearOpcache(host, { ...target, plan, releasesDir: `${at.dir}/releases`, keep: ["2"] });
    assert.deepEqual(
      cleared.places.map(({ state, invalidated }) => [state, invalidated]),
      [["cleared", 3]],
    );
  });

  it("asks for pages too, and tells which of them failed", async () => {
    const fpm = await startPhpFpm(at);
    at.write("releases/2/public/index.php", "<?php if ($_SERVER['REQUEST_URI'] === '/bad') http_response_code(503);");
    const front = { pool: { socket: fpm.socket }, site: siteAt(at.dir), version: "2" };
    const wish = { over: new AbortController().signal, progress: (status: string) => told.push(status) };
    const deadline = performance.now() + 5000;
    assert.deepEqual(await askWarmUrls(host, front, ["/good", "/bad"], { ...wish, deadline }), [
      "the warm request GET /bad answered 503",
    ]);
    assert.deepEqual(told, ["asking the release for /good", "asking the release for /bad"]);
    assert.deepEqual(await askWarmUrls(host, front, ["/", "/a"], { ...wish, deadline: 0 }), [
      "2 warm requests were not made: the time was over",
    ]);
  });

  describe("without room", () => {
    // A script of half a megabyte in the cache; memory_consumption has at least 8 MB.
    const large = (seed: string) =>
      `<?php return [${Array.from({ length: 9000 }, (_, index) => `'${seed}${index}' => ${index}`).join(",")}];`;
    const files = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}.php`, large(`k${index}x`)]));
    const small = { ini: ["opcache.memory_consumption=16", "opcache.interned_strings_buffer=1"] };

    /** A live release that takes more than half of the cache. */
    async function full(): Promise<PhpFpm> {
      const fpm = await startPhpFpm(at, small);
      await serve(fpm, "1", files(10));
      release("2", files(10));
      return fpm;
    }
    const noRoom = /^opcache has no room for 2: [\d.]+ MB of opcache's 16 MB are free, [\d.]+ MB are needed/;

    it("resets first, proves it, compiles then, and names the setting that would avoid it", async () => {
      const fpm = await full();
      const { state, reset, compiled, before, after, notes } = only(await warm(fpm));
      assert.deepEqual([state, reset, compiled], ["warmed", "done", 11], notes.join());
      assert.deepEqual([before?.manualRestarts, after?.manualRestarts], [0, 1]);
      assert.match(notes.join(), noRoom);
      assert.match(
        notes.join(),
        /; it was reset before the switch\. opcache\.memory_consumption=\d+ \(it is 16\) would avoid it$/,
      );
      assert.match(told[0] ?? "", /; resetting opcache, which makes the site slow until it is filled again$/);
      assert.equal((await held(fpm, "2")).length, 11);
    });

    it("leaves alone a cache that was emptied since it was looked at", async () => {
      const fpm = await full();
      const reset = at.write("reset.php", "<?php opcache_reset();");
      const { state, compiled, after, ...rest } = only(await warm(fpm, { meanwhile: () => get(host, fpm, reset) }));
      assert.deepEqual([state, rest.reset, compiled, after?.manualRestarts], ["warmed", "done", 11, 1]);
    });

    it("asks once more for what the smoke had compiled before a reset", async () => {
      const fpm = await full();
      release("2", { ...files(10), "new.php": "<?php" });
      const plan = switchPlanOf("2", { site: siteAt(at.dir), pools: [fpm.socket] });
      const scriptPath = at.write(".site-release/opcache.php", opcacheScript().text);
      const ways = waysOf(host, plan.opcache, plan.pools, scriptPath);
      const warming = { transport: host, plan, ways, scriptPath, progress: (status: string) => told.push(status) };
      const said: Answer = { facts: new Map(Object.entries({ live: "1", front: "index.php" })), texts: new Map() };
      const caches = await survey(warming, said);
      const report = await warmForSwitch(warming, said, { caches, smoked: true }, new AbortController().signal);
      assert.equal(only(report).reset, "done");
      assert.deepEqual(report.notes, []);
      assert.ok((await held(fpm, "2")).includes("new.php"));
    });

    it("says that a long request delays the reset, and leaves the release cold then", async () => {
      const fpm = await full();
      await get(host, fpm, at.write("first.php", "<?php"));
      const flight = get(host, fpm, at.write("long.php", busy(4)));
      await sleep(300);
      const { state, reset, skipped, notes } = only(await warm(fpm, { opcache: { warmTimeout: 2.5 } }));
      assert.deepEqual([state, reset, skipped], ["cold", "pending", 11]);
      assert.match(notes[1] ?? "", /^the reset waits for a request that began before it; /);
      assert.ok(told.includes("opcache's reset waits for a request in flight, 1 s"), told.join());
      assert.equal((await flight).body.toString(), "done");
    });

    it("leaves the release cold by skip, and refuses by fail", async () => {
      const fpm = await full();
      const skipped = only(await warm(fpm, { opcache: { whenFull: "skip" } }));
      assert.deepEqual([skipped.state, skipped.skipped, skipped.reset], ["cold", 11, undefined]);
      assert.match(skipped.notes.join(), /: it starts cold, and may stay so\. opcache\.memory_consumption=\d+ /);
      const { refused } = await warm(fpm, { opcache: { whenFull: "fail" } });
      assert.match(refused?.observed ?? "", noRoom);
      assert.match(
        refused?.next ?? "",
        /^Set opcache\.memory_consumption=\d+ \(it is 16\) and restart php-fpm in a quiet moment/,
      );
      assert.equal((await held(fpm, "1")).length, 11);
    });

    it("resets nothing where an empty cache would not do either", async () => {
      const fpm = await full();
      release("2", files(40));
      const { state, reset, notes } = only(await warm(fpm, { opcache: { warm: ["*.php"] } }));
      assert.deepEqual([state, reset], ["cold", undefined]);
      assert.match(notes.join(), /, and an empty cache would not hold it either: it starts cold/);
    });

    it("counts keys too", async () => {
      const fpm = await startPhpFpm(at, { ini: ["opcache.max_accelerated_files=200"] });
      const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`c${index}.php`, "<?php"]));
      await serve(fpm, "1", many);
      release("2", many);
      const { reset, notes } = only(await warm(fpm));
      assert.equal(reset, "done");
      assert.match(
        notes.join(),
        /of opcache's 223 keys are free, \d+ are needed.*opcache\.max_accelerated_files=1000 \(there are 223 keys\)/,
      );
    });
  });

  describe("meets", () => {
    it("scripts of a release that php-fpm has preloaded, and refuses the switch", async () => {
      const file = at.write("releases/1/preload.php", "<?php class Preloaded {}");
      const fpm = await startPhpFpm(at, { ini: [`opcache.preload=${file}`] });
      release("2", {});
      for (const compiles of [true, false]) {
        const { refused } = await warm(fpm, { compiles });
        assert.match(
          refused?.observed ?? "",
          /has preloaded 1 scripts of a release \(opcache\.preload\), as .*\/releases\/1\/preload\.php/,
        );
        assert.match(
          refused?.next ?? "",
          /^Take opcache\.preload out of php\.ini, or let it load only what lies outside of releases/,
        );
      }
    });

    it("preloaded scripts of elsewhere, which are nobody's business", async () => {
      const fpm = await startPhpFpm(at, { ini: [`opcache.preload=${at.write("preload.php", "<?php class P {}")}`] });
      await serve(fpm, "1", twoFiles);
      release("2", twoFiles);
      assert.equal(only(await warm(fpm)).compiled, 3);
    });

    it("opcache.restrict_api and disable_functions", async () => {
      const fpm = await startPhpFpm(at, { ini: ["opcache.restrict_api=/usr/local/tools"] });
      assert.deepEqual(only(await warm(fpm)).notes, [
        "opcache.restrict_api keeps this script from opcache; it must be empty, or a prefix of its path",
      ]);
      const other = await startPhpFpm(at, { name: "other", ini: ["disable_functions=opcache_compile_file"] });
      assert.deepEqual(only(await warm(other)).notes, ["disable_functions holds opcache's functions"]);
    });

    it("opcache that is off, or keeps files alone, with nothing to do", async () => {
      const files = writable(at, "files");
      const inis = [["opcache.enable=0"], [`opcache.file_cache=${files}`, "opcache.file_cache_only=1"]];
      for (const [index, ini] of inis.entries()) {
        const fpm = await startPhpFpm(at, { name: `fpm${index}`, ini });
        const { state, notes } = only(await warm(fpm));
        assert.deepEqual([state, notes], ["none", []], ini.join());
      }
    });

    it("opcache.file_cache beside the memory: what is compiled is in both", async () => {
      const fpm = await startPhpFpm(at, { ini: [`opcache.file_cache=${writable(at, "files")}`] });
      await serve(fpm, "1", twoFiles);
      release("2", twoFiles);
      assert.equal(only(await warm(fpm)).compiled, 3);
      assert.equal((await held(fpm, "2")).length, 3);
    });

    it("a JIT buffer that is nearly full", async () => {
      const fpm = await startPhpFpm(at, { ini: ["opcache.jit=function", "opcache.jit_buffer_size=64K"] });
      const busyCode = Array.from(
        { length: 60 },
        (_, index) =>
          `function f${index}($a, $b) { for ($i = 0; $i < $a; $i++) { $b += $a * $i % 7; } return [$a, $b]; }`,
      );
      await serve(fpm, "1", { "code.php": `<?php ${busyCode.join(" ")}` });
      release("2", { "code.php": `<?php ${busyCode.join(" ")}` });
      assert.match(
        only(await warm(fpm)).notes.join(),
        /opcache's JIT buffer is nearly full \(\d+ of \d+ kB free\), and only a restart empties it/,
      );
    });

    it("a pool whose children are all busy", async () => {
      const fpm = await startPhpFpm(at, { children: 1 });
      const flight = get(host, fpm, at.write("slow.php", busy(2)));
      await sleep(200);
      const { state, notes } = only(await warm(fpm, { opcache: { warmTimeout: 0.5 } }));
      assert.equal(state, "failed");
      assert.match(
        notes.join(),
        /^no whole answer within 0\.5 s: all children of the pool are busy, .*pm\.max_children/,
      );
      await flight;
    });

    it("another PHP's socket: a cache that has nothing of the live release", async () => {
      const fpm = await startPhpFpm(at);
      const wrong = await startPhpFpm(at, { name: "wrong" });
      await serve(fpm, "1", twoFiles);
      release("2", twoFiles);
      assert.deepEqual(only(await warm(wrong, { otherPools: [fpm.socket] })).notes, []);
    });
  });

  it("does all of it through the localhost endpoint, with a secret header", async () => {
    const fpm = await startPhpFpm(at);
    await serve(fpm, "1", twoFiles);
    release("2", twoFiles);
    const port = await freePort();
    const endpoint = opcacheEndpoint({ pool: fpm.socket, scriptPath: `${at.dir}/endpoint.php`, port });
    at.write("endpoint.php", endpoint.php);
    const guarded = endpoint.serverBlock.replace(
      "deny all;",
      "deny all;\nif ($http_x_token != 's3cret') { return 403; }",
    );
    await startNginx(at, guarded);
    const opcache = { via: "http", url: endpoint.url } as const;
    assert.match(only(await warm(fpm, { opcache })).notes.join(), /^answered 403: /);
    const { state, compiled, notes } = only(
      await warm(fpm, { opcache: { ...opcache, headers: { "X-Token": "s3cret" } } }),
    );
    assert.deepEqual([state, compiled, notes], ["warmed", 3, []]);
  });

  it("says when the endpoint's file is an earlier one, or one that only resets", async () => {
    const fpm = await startPhpFpm(at);
    const port = await freePort();
    at.write(
      "old.php",
      "<?php $q = json_decode(file_get_contents('php://input'), true); echo json_encode(['nonce' => $q['nonce'], 'php' => PHP_VERSION, 'time' => time(), 'state' => 'on', 'before' => [], 'error' => 'unknown operation', 'after' => []]);",
    );
    at.write("reset.php", "<?php opcache_reset(); echo 'SUCCESS: opcache_reset';");
    await startNginx(
      at,
      `server { listen 127.0.0.1:${port}; root ${at.dir}; location / { include /etc/nginx/fastcgi_params;
  fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:${fpm.socket}; } }`,
    );
    const by = async (file: string) =>
      only(await warm(fpm, { opcache: { via: "http", url: `http://127.0.0.1:${port}/${file}` } }));
    assert.match(
      (await by("old.php")).notes.join(),
      /^the endpoint's PHP file is of an earlier version of the package and cannot warm/,
    );
    assert.match(
      (await by("reset.php")).notes.join(),
      /^the endpoint knows nothing but a reset, and has emptied the whole cache/,
    );
  });
});
