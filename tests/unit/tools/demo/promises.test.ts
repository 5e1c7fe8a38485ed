import { deepEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { brokenPromises, type Performed } from "../../../../tools/demo/promises.ts";
import type { Failure, LoadResult } from "../../../support/load/evaluate.ts";

const to2: Performed = {
  act: { title: "", version: "2", ending: "live", live: "2" },
  exitCode: 0,
  seconds: 3,
  liveVersion: "2",
  served: "2",
};
const to3: Performed = { ...to2, act: { title: "", version: "3", ending: "refused", live: "2" }, exitCode: 1 };
const to4: Performed = { ...to2, act: { title: "", version: "4", ending: "restored", live: "2" }, exitCode: 1 };
const use = (version: string) => ({ version, requests: 7, failed: 0, first: 0, last: 9 });
const met = (versions: string[], failures: Failure[] = []): LoadResult => ({
  seconds: 9,
  requests: 100,
  verdicts: { ok: 100, failed: 0, mixed: 0, stale: 0, lost: 0, lostReused: 0 },
  failures,
  versions: versions.map(use),
  latency: { p50: 20, p99: 30 },
  windows: [],
});
const failure = (verdict: Failure["verdict"], what: string, version?: string): Failure => ({
  verdict,
  what,
  ...(version !== undefined && { version }),
  count: 5,
  first: 2,
  last: 3,
});

describe("brokenPromises", () => {
  it("finds none where everything went as announced", () => {
    const failures = [failure("failed", "500", "4"), failure("lostReused", "ECONNRESET")];
    deepEqual(brokenPromises([to2, to3, to4], met(["2", "4"], failures)), []);
  });

  it("names an unexpected end of pulumi up, and what is live instead", () => {
    deepEqual(brokenPromises([{ ...to2, exitCode: 255, liveVersion: "1", served: undefined }], met(["2"])), [
      "pulumi up to 2 ended with 255, expected 0.",
      "After 2 the stack says that 1 is live, expected 2.",
      "After 2 the site is served by undefined, expected 2.",
    ]);
    deepEqual(brokenPromises([{ ...to3, exitCode: 0 }], met(["2"])), [
      "pulumi up to 3 ended with 0, expected an error.",
    ]);
  });

  it("names requests that failed, were lost, mixed or stale, whatever version answered", () => {
    const failures = [
      failure("failed", "500", "2"),
      failure("failed", "502"),
      failure("lost", "ECONNREFUSED"),
      failure("mixed", "1 1 2"),
      failure("stale", "500", "4"),
    ];
    deepEqual(brokenPromises([to2, to4], met(["2", "4"], failures)), [
      "5 requests were failed: 500 of version 2, from second 2 to 3.",
      "5 requests were failed: 502, from second 2 to 3.",
      "5 requests were lost: ECONNREFUSED, from second 2 to 3.",
      "5 requests were mixed: 1 1 2, from second 2 to 3.",
      "5 requests were stale: 500 of version 4, from second 2 to 3.",
    ]);
  });

  it("names a refused version that answered", () => {
    deepEqual(brokenPromises([to3], met(["2", "3"])), ["Version 3 was refused, and yet it answered 7 requests."]);
  });

  it("takes a load that met nothing for no proof", () => {
    deepEqual(brokenPromises([to2], met(["1"])), ["No request met version 2."]);
  });
});
