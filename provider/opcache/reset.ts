import { setTimeout as sleep } from "node:timers/promises";
import { type OpcacheAnswer, type OpcacheStatus, restarts } from "./answer.ts";
import { failed, nothingToClear, type PlaceReport, seenAt } from "./place.ts";
import type { OpcacheWay, Reply } from "./way.ts";

const FIRST_POLL_MS = 10;
const LAST_POLL_MS = 500;
/** A reset that takes longer waits for a request. */
const TOLD_MS = 1000;

/** How a reset is waited for. */
export interface ResetWish {
  /** How long it may take in all, in seconds. */
  readonly seconds: number;
  /** The host's clock when a pool of maybe the same master was reset: a cache that was emptied since is left alone. */
  readonly since?: number;
  /** Hears that requests in flight hold the reset up. */
  waiting?(seconds: number): void;
}

/** Resets a cache, and waits until its own counters say that it was emptied; tells when it was asked, on the host's clock. */
export async function resetCache(
  way: OpcacheWay,
  { seconds, since, waiting }: ResetWish,
): Promise<{ readonly report: PlaceReport; readonly time: number | undefined }> {
  const earlier = since === undefined ? undefined : await way.ask({ op: "status" }, seconds);
  const shared = earlier !== undefined && wasReset(earlier, since);
  const first = shared ? earlier : await way.ask({ op: "reset" }, seconds);
  if (first.kind === "failed") return { report: failed(way.place, first.why), time: undefined };
  if (first.kind === "bare-reset")
    return {
      report: {
        place: way.place,
        state: "unverified",
        invalidated: 0,
        note: "not verified: the endpoint gives no status; the text of opcacheEndpoint() does",
      },
      time: undefined,
    };
  const { answer } = first;
  const { before } = answer;
  const idle = nothingToClear(way.place, answer);
  if (idle !== undefined || before === undefined)
    return { report: idle ?? failed(way.place, "opcache tells no status"), time: answer.time };
  // A request in flight is killed after force_restart_timeout, whoever waits: waiting longer proves nothing more.
  const begun = performance.now();
  const limit = Math.min(seconds, Math.max(1, before.forceRestartTimeout / 3)) * 1000;
  let last: OpcacheAnswer = answer;
  // php-fpm restarts the cache at the start of a request that finds no other in it: asking is what brings it about.
  for (let wait = FIRST_POLL_MS; !isReset(before, last, shared); wait = Math.min(2 * wait, LAST_POLL_MS)) {
    const waited = performance.now() - begun;
    if (waited > limit) return { report: pending(way.place, before, last), time: answer.time };
    if (waited > TOLD_MS) waiting?.(Math.round(waited / 1000));
    await sleep(wait);
    const reply = await way.ask({ op: "status" }, seconds);
    if (reply.kind === "failed") return { report: failed(way.place, reply.why), time: answer.time };
    if (reply.kind === "answer") last = reply.answer;
  }
  const report: PlaceReport = {
    place: way.place,
    state: "cleared",
    invalidated: shared ? 0 : before.scripts,
    ...seenAt(last),
    before,
  };
  return { report, time: answer.time };
}

/** Whether the last status proves the reset: the cache was emptied since `before`, and nothing waits any more. */
export function isReset(before: OpcacheStatus, last: OpcacheAnswer, shared: boolean): boolean {
  const now = last.after;
  if (now === undefined || now.restartPending || now.restartInProgress) return false;
  return shared || restarts(now) > restarts(before);
}

function wasReset(reply: Reply, since: number | undefined): reply is Extract<Reply, { kind: "answer" }> {
  if (reply.kind !== "answer" || since === undefined) return false;
  const status = reply.answer.after;
  return status !== undefined && (status.restartPending || status.restartInProgress || status.lastRestart >= since);
}

function pending(place: string, before: OpcacheStatus, last: OpcacheAnswer): PlaceReport {
  return {
    place,
    state: "pending",
    invalidated: 0,
    ...seenAt(last),
    before,
    note: `the reset waits for a request that began before it; until that ends opcache is off for every pool of this php-fpm, and after ${before.forceRestartTimeout} s php-fpm kills it`,
  };
}
