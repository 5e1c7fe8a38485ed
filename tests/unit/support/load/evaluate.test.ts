import { deepEqual, equal } from "node:assert/strict";
import { describe, it } from "node:test";
import { evaluate, type Mark, type Sample } from "../../../support/load/evaluate.ts";

const at = (sent: number, rest: Partial<Sample> = {}): Sample => ({
  due: sent,
  sent,
  ended: sent + 20,
  reused: true,
  ...rest,
});
const page = (version: string, sent: number): Sample =>
  at(sent, { answer: { status: 200, versions: [version, version, version] } });
const verdictOf = (sample: Sample, marks: readonly Mark[] = []) => {
  const verdicts = Object.entries(evaluate([sample], marks).verdicts).filter(([, count]) => count > 0);
  return verdicts.map(([verdict]) => verdict).join();
};

describe("evaluate", () => {
  it("reports nothing of no requests", () => {
    deepEqual(evaluate([], []), {
      seconds: 0,
      requests: 0,
      verdicts: { ok: 0, failed: 0, mixed: 0, stale: 0, lost: 0, lostReused: 0 },
      failures: [],
      versions: [],
      latency: { p50: 0, p99: 0 },
      windows: [],
    });
  });

  it("counts a switch under load: versions with their first and last second, and the window around it", () => {
    const samples = [page("1", 1000), page("1", 3000), page("2", 3500), page("2", 4500), page("2", 6000)];
    const marks = [
      { label: "switching to 2", at: 2500 },
      { label: "switched to 2", at: 4000, version: "2" },
    ];
    deepEqual(evaluate(samples, marks), {
      seconds: 5.02,
      requests: 5,
      verdicts: { ok: 5, failed: 0, mixed: 0, stale: 0, lost: 0, lostReused: 0 },
      failures: [],
      versions: [
        { version: "1", requests: 2, failed: 0, first: 0.02, last: 2.02 },
        { version: "2", requests: 3, failed: 0, first: 2.52, last: 5.02 },
      ],
      latency: { p50: 20, p99: 20 },
      windows: [{ label: "switched to 2", from: 0.5, to: 4, requests: 3, latency: { p50: 20, p99: 20 } }],
    });
  });

  it("gathers the failures of one kind, and keeps the version that failed", () => {
    const broken = (sent: number) => at(sent, { answer: { status: 500, versions: ["4"] } });
    const { failures, versions } = evaluate([broken(0), page("2", 500), broken(1000)], []);
    deepEqual(failures, [{ verdict: "failed", what: "500", version: "4", count: 2, first: 0.02, last: 1.02 }]);
    deepEqual(versions, [
      { version: "4", requests: 2, failed: 2, first: 0.02, last: 1.02 },
      { version: "2", requests: 1, failed: 0, first: 0.52, last: 0.52 },
    ]);
  });

  it("counts latency from when a request was due, not from when it was sent", () => {
    const late = { ...page("1", 1000), due: 100 };
    deepEqual(evaluate([page("1", 0), page("1", 10), late], []).latency, { p50: 20, p99: 920 });
  });

  it("leaves the lost out of the latency", () => {
    const lost = at(0, { ended: 15_000, error: { code: "timeout", begun: false } });
    deepEqual(evaluate([lost, page("1", 10)], []).latency, { p50: 20, p99: 20 });
  });
});

describe("the verdict", () => {
  const reset = { code: "ECONNRESET", begun: false };
  const two = [{ label: "switched to 2", at: 1000, version: "2" }];

  it("tells a connection closed unanswered after earlier use from every other loss", () => {
    equal(verdictOf(at(0, { error: reset })), "lostReused");
    equal(verdictOf(at(0, { error: { code: "EPIPE", begun: false } })), "lostReused");
    equal(verdictOf(at(0, { error: reset, reused: false })), "lost");
    equal(verdictOf(at(0, { error: { ...reset, begun: true } })), "lost");
    equal(verdictOf(at(0, { error: { code: "timeout", begun: false } })), "lost");
    equal(verdictOf(at(0, { error: { code: "ECONNREFUSED", begun: false }, reused: false })), "lost");
  });

  it("is mixed when header, early and late include do not agree, whatever the status", () => {
    equal(verdictOf(at(0, { answer: { status: 200, versions: ["1", "1", "2"] } })), "mixed");
    equal(verdictOf(at(0, { answer: { status: 500, versions: ["1", "2"] } })), "mixed");
  });

  it("is failed for another status than 200, and for a page without its end", () => {
    equal(verdictOf(at(0, { answer: { status: 404, versions: [] } })), "failed");
    equal(verdictOf(at(0, { answer: { status: 200, versions: ["1", "1"] } })), "failed");
  });

  it("is stale for another version's answer to what was sent after the mark", () => {
    equal(verdictOf(page("1", 999), two), "ok");
    equal(verdictOf(page("1", 1000), two), "stale");
    equal(verdictOf(page("2", 1000), two), "ok");
  });

  it("is stale rather than failed for another version's error after the mark", () => {
    equal(verdictOf(at(1000, { answer: { status: 500, versions: ["4"] } }), two), "stale");
    equal(verdictOf(at(1000, { answer: { status: 502, versions: [] } }), two), "failed");
  });

  it("is never stale while a switch is under way", () => {
    equal(verdictOf(page("1", 2000), [...two, { label: "switching to 1", at: 1500 }]), "ok");
  });
});
