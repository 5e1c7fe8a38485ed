import type { OpcachePlan } from "../switch/plan.ts";
import { failed, nothingToClear, ONLY_RESETS, type PlaceReport, seenAt } from "./place.ts";
import { resetCache } from "./reset.ts";
import type { OpcacheWay, Reply } from "./way.ts";

export type { PlaceReport } from "./place.ts";

/** What to clear. */
export interface ClearTarget {
  readonly policy: OpcachePlan["policy"];
  /** Absolute, as in "/var/www/example.com/releases". */
  readonly releasesDir: string;
  /** The versions whose code stays: the live one and the rollback target. */
  readonly keep: readonly string[];
  /** How long one request, and a reset in all, may take, in seconds. */
  readonly seconds: number;
}

export interface OpcacheReport {
  readonly policy: OpcachePlan["policy"];
  /** Whether nothing failed. A failed clear costs memory, never correctness, so it is a warning. */
  readonly ok: boolean;
  /** The notes of all places, for people. */
  readonly why?: string;
  readonly places: readonly PlaceReport[];
}

/** Takes the code of old releases out of opcache, and reads back from its counters that it is out. Never throws. */
export async function clearOpcache(
  ways: readonly OpcacheWay[],
  target: ClearTarget,
  waiting?: (seconds: number) => void,
): Promise<OpcacheReport> {
  const { policy, seconds } = target;
  if (policy === "none") return { policy, ok: true, places: [] };
  const places: PlaceReport[] = [];
  let asked: number | undefined;
  // One after the other: pools of one php-fpm master share one cache, and the second finds done what the first did.
  for (const way of ways) {
    if (policy === "reset") {
      const { report, time } = await resetCache(way, {
        seconds,
        ...(asked !== undefined && { since: asked }),
        ...(waiting && { waiting }),
      });
      places.push(report);
      asked ??= time;
    } else places.push(await invalidate(way, target));
  }
  const notes = places.flatMap(({ place, note }) => (note === undefined ? [] : [`${place}: ${note}`]));
  return {
    policy,
    ok: places.every(({ state }) => state !== "failed"),
    ...(notes.length > 0 && { why: notes.join("; ") }),
    places,
  };
}

async function invalidate(way: OpcacheWay, target: ClearTarget): Promise<PlaceReport> {
  const prefixes = [`${target.releasesDir}/`];
  const keep = target.keep.map((version) => `${target.releasesDir}/${version}/`);
  return judgeInvalidate(way.place, await way.ask({ op: "invalidate", prefixes, keep }, target.seconds));
}

/** What a reply to `invalidate` means. */
export function judgeInvalidate(place: string, reply: Reply): PlaceReport {
  if (reply.kind === "failed") return failed(place, reply.why);
  if (reply.kind === "bare-reset") return failed(place, ONLY_RESETS);
  const { answer } = reply;
  const idle = nothingToClear(place, answer);
  if (idle !== undefined) return idle;
  const seen = { place, invalidated: answer.invalidated, ...seenAt(answer) };
  if (answer.state === "restarting" || answer.after?.restartPending === true)
    return { ...seen, state: "pending", note: "opcache restarts as a whole once the requests in flight have ended" };
  if (answer.left === 0) return { ...seen, state: "cleared" };
  const note = `${answer.left} scripts of old releases are cached again, by requests that still run them, as ${answer.leftFirst}; the next switch clears them`;
  return { ...seen, state: "cleared", note };
}
