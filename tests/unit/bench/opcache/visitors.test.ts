import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { answered } from "../../../../bench/opcache/visitors.ts";
import type { Sample } from "../../../support/load/evaluate.ts";

const times = { due: 0, sent: 0, ended: 9, reused: true };
const page = (status: number, ...versions: string[]): Sample => ({ ...times, answer: { status, versions } });
const lost = (code: string): Sample => ({ ...times, error: { code, begun: false } });

test("Whole pages of one version count, and what a reload closed", () => {
  const samples = [page(200, "1", "1", "1"), lost("ECONNRESET"), page(200, "2", "2", "2")];
  deepEqual(answered(samples), samples);
});

test("An error, half a page, a mixed one or no answer ends the bench", () => {
  for (const bad of [page(500, "1", "1", "1"), page(200, "1"), page(200, "1", "1", "2"), lost("unanswered")])
    throws(() => answered([page(200, "1", "1", "1"), bad]), /^Error: 1 of 2 requests: /);
});
