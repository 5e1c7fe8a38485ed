import { deepEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Act } from "../../../../tools/demo/scenario.ts";
import { timelineOf } from "../../../../tools/demo/timeline.ts";
import type { Mark, Sample } from "../../../support/load/evaluate.ts";

// The clock of a load begins anywhere.
const START = 5000;

function met(
  seconds: number,
  version: string,
  more: Partial<Sample> & { status?: number; took?: number } = {},
): Sample {
  const due = START + seconds * 1000;
  const { status = 200, took = 10, ...rest } = more;
  const answer = { status, versions: [version, version, version] };
  return { due, sent: due, ended: due + took, reused: true, answer, ...rest };
}

function unanswered(seconds: number, reused: boolean): Sample {
  const { answer: _, ...sample } = met(seconds, "");
  return { ...sample, reused, error: { code: "ECONNRESET", begun: false } };
}

const mark = (seconds: number, version?: string): Mark => ({
  label: "",
  at: START + seconds * 1000,
  ...(version !== undefined && { version }),
});

describe("timelineOf", () => {
  it("counts each kind of answer by when it fell due, the one on the other", () => {
    const samples = [
      met(0, "1"),
      met(0.1, "1", { took: 30 }),
      met(0.2, "2", { took: 20 }),
      met(0.3, "2", { status: 500 }),
      unanswered(0.4, true),
      unanswered(0.45, false),
    ];
    const { answers, latencies } = timelineOf(samples, [mark(0, "1")], []);
    deepEqual(answers, [
      { from: 0, to: 0.25, kind: "version 1", low: 0, high: 2 },
      { from: 0, to: 0.25, kind: "version 2", low: 2, high: 3 },
      { from: 0.25, to: 0.5, kind: "version 2, 500", low: 0, high: 1 },
      { from: 0.25, to: 0.5, kind: "closed, reused", low: 1, high: 2 },
      { from: 0.25, to: 0.5, kind: "no answer", low: 2, high: 3 },
    ]);
    deepEqual(latencies, [
      { at: 0.125, of: "median", ms: 20 },
      { at: 0.125, of: "slowest", ms: 30 },
      { at: 0.375, of: "median", ms: 10 },
      { at: 0.375, of: "slowest", ms: 10 },
    ]);
  });

  it("has one piece for what goes on as it was", () => {
    const samples = [met(0, "1"), met(0.25, "1"), met(0.5, "1"), met(0.75, "2"), met(1, "2"), met(1.1, "2")];
    deepEqual(timelineOf(samples, [mark(0, "1")], []).answers, [
      { from: 0, to: 0.75, kind: "version 1", low: 0, high: 1 },
      { from: 0.75, to: 1, kind: "version 2", low: 0, high: 1 },
      { from: 1, to: 1.25, kind: "version 2", low: 0, high: 2 },
    ]);
  });

  it("marks what became of the traffic when the first request met it, and a refusal when the update ended", () => {
    const act = (version: string, ending: Act["ending"], live: string): Act => ({ title: "", version, ending, live });
    const acts = [act("2", "live", "2"), act("3", "refused", "2"), act("4", "restored", "2"), act("1", "live", "1")];
    const marks = [
      mark(0, "1"),
      ...[mark(1), mark(3, "2")],
      ...[mark(4), mark(6, "2")],
      ...[mark(7), mark(10, "2")],
      ...[mark(11), mark(13, "1")],
    ];
    const samples = [
      ...[met(0, "1"), met(2, "1"), met(2.5, "2"), met(5, "2"), met(7.5, "2")],
      ...[met(8, "4", { status: 500 }), met(8.5, "4", { status: 500 }), met(9, "2"), met(12, "1")],
    ];
    const { moments, updates } = timelineOf(samples, marks, acts);
    deepEqual(moments, [
      { at: 2.51, text: "switch to 2" },
      { at: 6, text: "3 refused by smoke" },
      { at: 8.01, text: "switch to 4, unhealthy" },
      { at: 9.01, text: "2 restored" },
      { at: 12.01, text: "back to 1" },
    ]);
    deepEqual(updates, [
      { from: 1, to: 3 },
      { from: 4, to: 6 },
      { from: 7, to: 10 },
      { from: 11, to: 13 },
    ]);
  });
});
