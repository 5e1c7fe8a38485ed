import { equal } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Performed } from "../../../../tools/demo/promises.ts";
import { resultLines } from "../../../../tools/demo/table.ts";

describe("resultLines", () => {
  it("keeps announced failures and closed connections apart from what failed", () => {
    const performed: Performed[] = [
      {
        act: { title: "to 2", version: "2", ending: "live", live: "2" },
        exitCode: 0,
        seconds: 3.21,
        switchSeconds: 0.456,
        liveVersion: "2",
        served: "2",
      },
      {
        act: { title: "", version: "4", ending: "restored", live: "2" },
        exitCode: 255,
        seconds: 6,
        liveVersion: "2",
        served: "2",
      },
    ];
    const lines = resultLines(performed, {
      seconds: 12,
      requests: 1200,
      verdicts: { ok: 995, failed: 203, mixed: 0, stale: 0, lost: 0, lostReused: 2 },
      failures: [
        { verdict: "failed", what: "500", version: "4", count: 202, first: 6.02, last: 8 },
        { verdict: "failed", what: "502", count: 1, first: 9, last: 9 },
        { verdict: "lostReused", what: "ECONNRESET", count: 2, first: 3, last: 3 },
      ],
      versions: [
        { version: "2", requests: 995, failed: 0, first: 0.02, last: 12 },
        { version: "4", requests: 202, failed: 202, first: 6.02, last: 8 },
      ],
      latency: { p50: 23.1, p99: 41 },
      windows: [{ label: "to 2", from: 1, to: 6, requests: 500, latency: { p50: 23, p99: 44.5 } }],
    });
    equal(
      lines.join("\n"),
      `requests  failed  mixed  stale      p50  p99
    1200       1      0      0  23.1 ms  41 ms

version  requests  failed  first  last
      2       995       0  0.0 s  12.0 s
      4       202     202  6.0 s  8.0 s

up to  pulumi up  switch  p99 meanwhile  ended
    2      3.2 s  0.46 s        44.5 ms  exit 0, 2 is served
    4      6.0 s       -              -  exit 255, 2 is served

202 requests met version 4 and got 500, from second 6.0 to 8.0: announced, so they are in the row of 4 and not in the first one.
Closed unanswered on reused connections: 2. nginx before 1.27.4 closes idle kept-alive connections when it reloads; later ones have the cure, keepalive_min_timeout.`,
    );
  });
});
