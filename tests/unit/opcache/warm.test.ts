import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cachetoolVersion, evaluated } from "../../../provider/opcache/cachetoolWay.ts";
import { dirsAbove, inChroot, questionInChroot } from "../../../provider/opcache/chroot.ts";
import { parseCompiled, parseSurvey } from "../../../provider/opcache/survey.ts";
import { alreadyReset } from "../../../provider/opcache/warm.ts";
import { compilationNotes, jitNotes, wrongPool } from "../../../provider/opcache/warmWords.ts";
import { warmPattern } from "../../../provider/switch/warming.ts";
import { opcacheAnswer, opcacheStatus } from "../../support/opcache.ts";

describe("wrongPool", () => {
  const target = { live: "42", otherPools: ["/run/php/php8.4-fpm.sock"] };
  const old = opcacheAnswer({ time: 2000, before: opcacheStatus({ startTime: 1000, lastRestart: 1300 }) });
  const empty = parseSurvey({});

  it("names other pools where a cache of some age has nothing of the live release", () => {
    assert.deepEqual(wrongPool(old, empty, target), [
      "this opcache (PHP 8.2.0) holds no script of 42, which is live: if the site's requests go to another pool (there is /run/php/php8.4-fpm.sock), name that in `pools`",
    ]);
  });

  it("says nothing of a young cache, a first version, a host with one pool, or a cache that has it", () => {
    const young = opcacheAnswer({ time: 2000, before: opcacheStatus({ startTime: 1000, lastRestart: 1500 }) });
    assert.deepEqual(wrongPool(young, empty, target), []);
    assert.deepEqual(wrongPool(old, empty, { ...target, live: undefined }), []);
    assert.deepEqual(wrongPool(old, empty, { ...target, otherPools: [] }), []);
    assert.deepEqual(wrongPool(old, parseSurvey({ liveScripts: 1 }), target), []);
  });
});

describe("The notes of a compilation", () => {
  const all = parseCompiled({});

  it("are none where all went well", () => {
    assert.deepEqual(compilationNotes(all), []);
  });

  it("name the first of each kind, and how many there are", () => {
    const failed = [
      { file: "a.php", why: "ParseError:\nx" },
      { file: "b.php", why: "y" },
    ];
    const odd = { fresh: ["f.php"], future: ["g.php"], refused: ["r.php"] };
    const notes = compilationNotes({ ...all, ...odd, failed, stopped: { why: "the time was over", untried: 7 } });
    assert.deepEqual(notes, [
      "2 scripts of the release cannot be compiled, as a.php (ParseError:\\nx)",
      "opcache does not keep 1 script yet that somebody wrote a moment ago, as f.php; the first requests compile them",
      "opcache never keeps 1 script with times in the future of the host's clock, as g.php, and each request compiles them anew. Set the host's clock, and touch them",
      "opcache compiles and does not keep 1 script, as r.php: by opcache.blacklist_filename or opcache.max_file_size, or for want of room",
      "7 of the scripts were not tried: the time was over",
    ]);
  });

  it("tell of a JIT buffer below a tenth", () => {
    assert.deepEqual(jitNotes(opcacheStatus()), []);
    assert.deepEqual(jitNotes(opcacheStatus({ jitSize: 102_400, jitFree: 20_480 })), []);
    assert.equal(jitNotes(opcacheStatus({ jitSize: 102_400, jitFree: 10_240 })).length, 1);
  });
});

describe("A chroot", () => {
  it("is one of the directories above the script", () => {
    assert.deepEqual(dirsAbove("/srv/jail/www/o.php"), ["/srv", "/srv/jail", "/srv/jail/www"]);
  });

  it("is taken off the paths of a question, and off no other path", () => {
    assert.equal(inChroot("/srv/jail/www", "/srv/jail"), "/www");
    assert.equal(inChroot("/srv/jailer", "/srv/jail"), "/srv/jailer");
    assert.equal(inChroot("/srv", ""), "/srv");
    const prefixes = ["/srv/www/releases/"];
    assert.deepEqual(questionInChroot({ op: "invalidate", prefixes, keep: ["/srv/www/releases/1/"] }, "/srv"), {
      op: "invalidate",
      prefixes: ["/www/releases/"],
      keep: ["/www/releases/1/"],
    });
  });
});

describe("cachetool", () => {
  it("tells its version, or only its name", () => {
    assert.equal(cachetoolVersion("CacheTool 9.2.1\n"), 9);
    assert.equal(cachetoolVersion("CacheTool version 4.0.1"), 4);
    assert.equal(cachetoolVersion("CacheTool @package_version@"), "unknown");
    assert.equal(cachetoolVersion("PHP 8.2.0 (cli)"), undefined);
  });

  it("is given one line of PHP whose texts end where they should", () => {
    const code = evaluated("/srv/it's/o.php", { op: "status", nonce: "n'1" });
    assert.match(
      code,
      /base64_decode\('[A-Za-z0-9+/=]+'\); ob_start\(\); include '\/srv\/it\\'s\/o\.php'; return ob_get_clean\(\);$/,
    );
  });
});

describe("warmPattern", () => {
  const matches = (glob: string, path: string) => new RegExp(warmPattern(glob).pattern).test(path);

  it("starts the walk as deep as it can", () => {
    const bases = ["src/**/*.php", "*.php", "a/b/c.php", "{src,lib}/**"].map((glob) => warmPattern(glob).base);
    assert.deepEqual(bases, ["src", "", "a/b/c.php", ""]);
  });

  it("is a shell's glob with **", () => {
    assert.equal(matches("src/**/*.php", "src/A.php"), true);
    assert.equal(matches("src/**/*.php", "src/a/b/A.php"), true);
    assert.equal(matches("src/*.php", "src/a/A.php"), false);
    assert.equal(matches("src/**/*.php", "src/.hidden/A.php"), false);
  });
});

describe("alreadyReset", () => {
  it("asks an endpoint that can only reset no second time", async () => {
    let asked = 0;
    const ask = async () => {
      asked++;
      return { kind: "failed", why: "x" } as const;
    };
    const notes = [
      'the endpoint knows nothing but a reset, and has emptied the whole cache; put the text of opcacheEndpoint() there, or say policy: "reset"',
    ];
    const place = { place: "a", state: "failed", compiled: 0, already: 0, skipped: 0, invalidated: 0, notes } as const;
    const [a, b] = alreadyReset(
      [
        { place: "a", ask },
        { place: "b", ask },
      ],
      { places: [place] },
    );
    assert.deepEqual(await a?.ask({ op: "status" }, 1), { kind: "bare-reset" });
    await b?.ask({ op: "status" }, 1);
    assert.equal(asked, 1);
  });
});
