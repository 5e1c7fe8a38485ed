import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeOpcache, opcacheLine, opcacheWarnings } from "../../../provider/switch/opcacheReport.ts";
import { opcacheStatus } from "../../support/opcache.ts";

const MB = 1024 * 1024;
const before = opcacheStatus({ used: 10 * MB, free: 50 * MB, wasted: 4 * MB, keys: 100, maxKeys: 1000 });
const after = { ...before, used: 20 * MB, free: 40 * MB, keys: 200 };
const warmed = { compiled: 90, already: 10, skipped: 1, invalidated: 5, notes: ["a note"] };
const one = { place: "/a.sock", cache: "c1", state: "warmed", before, after, ...warmed } as const;
const cleared = (places: readonly object[]) => ({ policy: "auto", ok: true, places }) as never;

describe("opcache's part of the report", () => {
  it("counts each cache once, from its first status to its last", () => {
    const last = { ...after, wasted: 6 * MB, free: 38 * MB, manualRestarts: before.manualRestarts + 1 };
    const clear = { state: "cleared", cache: "c1", invalidated: 80, before: after, after: last };
    const places = [
      { ...clear, place: "/a.sock" },
      { ...clear, place: "/b.sock", invalidated: 0 },
    ];
    assert.deepEqual(describeOpcache({ warm: { places: [one] }, cleared: cleared(places) }), {
      warm: "90 scripts compiled, 10 there already, 1 skipped",
      opcache: "auto: 80 scripts, cleared",
      warmed: 90,
      warmSkipped: 1,
      invalidated: 85,
      opcacheUsedBefore: 10 * MB,
      opcacheUsedAfter: 20 * MB,
      opcacheWasted: 6 * MB,
      opcacheSize: 64 * MB,
      opcacheKeys: 200,
      opcacheMaxKeys: 1000,
      opcacheRestarts: 1,
    });
  });

  it("claims no counters that it did not see", () => {
    const failed = {
      ...one,
      before: undefined,
      after: undefined,
      state: "failed",
      compiled: 0,
      already: 0,
      skipped: 0,
    };
    const { before: _before, after: _after, ...place } = { ...failed, invalidated: 0, notes: ["no right"] };
    const left = "left for the next switch: the drain was not seen";
    assert.deepEqual(describeOpcache({ warm: { places: [place as never] }, cleared: undefined, left }), {
      warm: "not tried: no right",
      opcache: left,
      warmed: 0,
      warmSkipped: 0,
      invalidated: 0,
    });
  });

  it("says that a reset came first", () => {
    const report = (reset: "done" | "pending", state: "warmed" | "cold") =>
      describeOpcache({ warm: { places: [{ ...one, reset, state, already: 0 }] }, cleared: undefined }).warm;
    assert.equal(report("done", "warmed"), "opcache reset first, 90 scripts compiled, 1 skipped");
    assert.equal(report("pending", "cold"), "opcache reset, pending, cold, 1 skipped");
  });

  it("is one line in the live tree", () => {
    const rest = { status: "switched", reloads: 1, smoke: "", probe: "", probes: 1, drain: "drained", seconds: 1 };
    const done = { warm: { places: [one] }, cleared: undefined };
    assert.equal(
      opcacheLine({ ...rest, ...describeOpcache(done) }),
      "opcache: 90 scripts warmed (1 skipped), 5 invalidated, 10.0 -> 20.0 of 64.0 MB, 200 of 1000 keys",
    );
    assert.equal(opcacheLine({ ...rest, ...describeOpcache({ warm: undefined, cleared: undefined }) }), undefined);
  });
});

describe("opcache's warnings", () => {
  it("say each thing once, and nothing that smoke has said", () => {
    const places = [
      { place: "/a.sock", state: "failed", invalidated: 0, note: "a note" },
      { place: "/b.sock", state: "failed", invalidated: 0, note: "known" },
    ];
    const done = { warm: { places: [one], notes: ["GET / answered 500"] }, cleared: cleared(places) };
    assert.deepEqual(opcacheWarnings(done, "known"), ["opcache: /a.sock: a note; GET / answered 500"]);
    assert.deepEqual(opcacheWarnings({ warm: undefined, cleared: undefined }, undefined), []);
  });
});
