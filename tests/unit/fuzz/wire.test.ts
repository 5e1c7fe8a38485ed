import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { SiteReleaseError } from "../../../provider/errors.ts";
import { askPhp } from "../../../provider/opcache/request.ts";
import { askOnce } from "../../../provider/switch/probe.ts";
import { smoke } from "../../../provider/switch/smoke.ts";
import { localTransport } from "../../../provider/transport/local.ts";
import { fuzz } from "../../support/fuzz.ts";
import { clearOpcache } from "../../support/opcache.ts";
import { probePlan, siteAt, smokePlan } from "../../support/site.ts";

/** What a server sends on each connection, and whether it then ends it, cuts it, waits, or sends the last piece again and again. */
interface Said {
  readonly pieces: readonly Uint8Array[];
  readonly last: "end" | "cut" | "wait" | "flood";
}

const bytes = (...texts: readonly string[]) => fc.constantFrom(...texts.map((text) => Buffer.from(text, "latin1")));
const any = fc.uint8Array({ minLength: 1, maxLength: 80 }).map((each) => Buffer.from(each));
const ends = fc.constantFrom("end", "end", "end", "cut", "cut", "wait", "flood") as fc.Arbitrary<Said["last"]>;

const http = fc.oneof(
  {
    weight: 4,
    arbitrary: bytes(
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n",
      "HTTP/1.1 100 C\r\n\r\n",
      "HTTP/9.9 999 \u001b[2J\r\n",
    ),
  },
  {
    weight: 4,
    arbitrary: bytes(
      "Content-Length: 5\r\n",
      "Content-Length: -1\r\n",
      "Content-Length: 99999999999999999999\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Set-Cookie: \u001b[2J\u009b\r\n",
      "\u001b: a\r\n",
    ),
  },
  {
    weight: 3,
    arbitrary: bytes(
      "\r\n",
      "\r\n\r\nhello",
      "5\r\nhello\r\n",
      "ffffffffffffffff\r\n",
      "0\r\n\r\n",
      "X: ".concat("y".repeat(20_000)),
    ),
  },
  { weight: 1, arbitrary: any },
);

const header = fc
  .tuple(
    fc.constantFrom(1, 1, 1, 0, 9),
    fc.constantFrom(6, 7, 3, 3, 1, 10, 255),
    fc.constantFrom(0, 1, 8, 40, 65_535),
    fc.nat(255),
  )
  .map(([version, type, length, padding]) => Buffer.from([version, type, 0, 1, length >> 8, length & 255, padding, 0]));
function record(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]), content]);
}
const content = fc.oneof(
  bytes(
    "Status: 500 \u001b[2J\r\n\r\nbody",
    'Content-Type: a\r\n\r\n{"nonce":',
    "Status: 1e9\r\n\r\n",
    "no headers",
    "PHP message: PHP Fatal error:  \u001b]0;x\u0007 in a\n",
    "\r\n\r\n",
    "",
  ),
  any,
);
const fcgi = fc.oneof(
  { weight: 4, arbitrary: content.map((each) => record(6, each)) },
  { weight: 2, arbitrary: content.map((each) => record(7, each)) },
  {
    weight: 2,
    arbitrary: bytes(
      "\x01\x03\x00\x01\x00\x08\x00\x00\0\0\0\0\0\0\0\0",
      "\x01\x03\x00\x01\x00\x08\x00\x00\0\0\0\0\x03\0\0\0",
      "\x01\x03\x00\x01\x00\x00\x00\x00",
    ),
  },
  { weight: 1, arbitrary: header },
  { weight: 1, arbitrary: any },
);
const lie = (piece: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Said> =>
  fc.record({ pieces: fc.array(piece, { maxLength: 6 }), last: ends });

// A control character of a host, but for line ends and tabs.
const CONTROL = /(?![\t\n])\p{Cc}/u;
const SECONDS = 0.15;

describe("Whatever a web server or php-fpm answers", { timeout: 3_600_000 }, () => {
  let server: Server;
  let port: number;
  let said: Said = { pieces: [], last: "end" };
  const transport = localTransport();

  before(async () => {
    server = createServer((socket) => {
      socket.on("error", () => {}).resume();
      const { pieces, last: next } = said;
      for (const piece of pieces) socket.write(piece);
      const more = Buffer.concat(Array(200).fill(pieces.at(-1) ?? Buffer.from("x")));
      const flood = (): void => {
        while (!socket.destroyed && socket.write(more));
        if (!socket.destroyed) socket.once("drain", flood);
      };
      if (next === "end") socket.end();
      else if (next === "cut") socket.resetAndDestroy();
      else if (next === "flood") flood();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });
  after(() => server.close());

  test("a probe has an answer, or words for why it has none", async () => {
    await fc.assert(
      fc.asyncProperty(lie(http), fc.constantFrom("GET", "HEAD", "CONNECT"), async (told, method) => {
        said = told;
        const answer = await askOnce(transport, probePlan({ port, method }), SECONDS);
        if ("error" in answer) assert.notEqual(answer.error, "");
        else {
          assert.ok(Number.isInteger(answer.status));
          assert.ok(answer.body.length <= 1024 * 1024);
        }
      }),
      fuzz(30),
    );
  });

  test("a smoke passes or fails with words that a terminal may show", async () => {
    await fc.assert(
      fc.asyncProperty(lie(fcgi), async (told) => {
        said = told;
        const front = { pool: { host: "127.0.0.1", port }, site: siteAt("/srv"), version: "42" };
        const result = await smoke(transport, front, smokePlan(), SECONDS);
        assert.doesNotMatch(JSON.stringify(result), /\\u00[01]|\\u007f|[\u007f-\u009f]/);
        if (result.outcome === "passed") assert.ok(Number.isFinite(result.status));
      }),
      fuzz(30),
    );
  });

  test("php-fpm's answer is one, or an error for people", async () => {
    const request = {
      scriptFilename: "/a.php",
      scriptName: "/a.php",
      documentRoot: "/",
      method: "GET",
      path: "/",
      host: "a",
      port: 80,
    };
    await fc.assert(
      fc.asyncProperty(lie(fcgi), async (told) => {
        said = told;
        const asked = { ...request, headers: {}, body: Buffer.alloc(0) };
        const answer = await askPhp(transport, { host: "127.0.0.1", port }, asked, SECONDS).catch(
          (error: unknown) => error,
        );
        if (answer instanceof Error) {
          assert.ok(answer instanceof SiteReleaseError, String(answer.stack));
          assert.match(answer.reason, /^(php-|pool-unreachable)/);
          assert.doesNotMatch(answer.message, CONTROL);
        }
      }),
      fuzz(30),
    );
  });

  test("opcache is cleared, or a note says why not", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("http", "fastcgi"), lie(http), lie(fcgi), async (via, web, php) => {
        said = via === "http" ? web : php;
        const report = await clearOpcache(transport, {
          plan: { policy: "invalidate", via, url: `http://127.0.0.1:${port}/` } as const,
          pools: [`127.0.0.1:${port}`],
          scriptPath: "/srv/o.php",
          releasesDir: "/srv/releases",
          keep: [],
          timeout: SECONDS,
        });
        assert.equal(report.ok, false);
        assert.notEqual(report.why ?? "", "");
      }),
      fuzz(20),
    );
  });
});
