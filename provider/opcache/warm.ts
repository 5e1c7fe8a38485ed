import type { OpcacheStatus } from "./answer.ts";
import { type Compilation, compileScripts } from "./compile.ts";
import { makeRoom } from "./makeRoom.ts";
import { ONLY_RESETS, withoutCache } from "./place.ts";
import type { Surveyed } from "./surveyCaches.ts";
import { secondsLeft, type WarmTarget, type WarmWish } from "./warmTarget.ts";
import { compilationNotes, jitNotes, OLD_ENDPOINT, preloadRefusal, type Refused, wrongPool } from "./warmWords.ts";
import type { OpcacheWay } from "./way.ts";

/** How it went with one cache. */
export interface WarmPlace {
  readonly place: string;
  readonly cache?: string;
  /** `cold`: nothing was compiled; `none`: there is no cache, or nothing was to be done. */
  readonly state: "warmed" | "cold" | "failed" | "none";
  readonly compiled: number;
  readonly already: number;
  readonly skipped: number;
  /** Leftovers of earlier switches whose drain was not seen. */
  readonly invalidated: number;
  readonly reset?: "done" | "pending" | "failed";
  readonly before?: OpcacheStatus;
  readonly after?: OpcacheStatus;
  readonly notes: readonly string[];
}

export interface WarmReport {
  readonly places: readonly WarmPlace[];
  /** What went wrong with the requests that were to warm. */
  readonly notes?: readonly string[];
  /** Why the switch must not go on. */
  readonly refused?: Refused;
}

/** Makes each cache ready for a release that nobody serves yet. Costs speed where it fails, never correctness. Never throws. */
export async function warmCaches(caches: readonly Surveyed[], target: WarmTarget, wish: WarmWish): Promise<WarmReport> {
  const places: WarmPlace[] = [];
  for (const surveyed of caches) {
    const { place, refused } = await warmOne(surveyed, target, wish);
    places.push(place);
    if (refused !== undefined) return { places, refused };
  }
  return { places };
}

interface One {
  readonly place: WarmPlace;
  readonly refused?: Refused;
}

async function warmOne(surveyed: Surveyed, target: WarmTarget, wish: WarmWish): Promise<One> {
  const { way, reply, files } = surveyed;
  const nothing = { place: way.place, compiled: 0, already: 0, skipped: 0, invalidated: 0 } as const;
  const ended = (state: WarmPlace["state"], ...notes: string[]): One => ({ place: { ...nothing, state, notes } });
  if (reply.kind === "failed") return ended("failed", reply.why);
  if (reply.kind === "bare-reset") return ended("failed", ONLY_RESETS);
  const { answer } = reply;
  const { before, survey, cache } = answer;
  const without = withoutCache(answer);
  if (without !== undefined) return without.isFault ? ended("failed", without.why) : ended("none");
  if (survey === undefined || before === undefined)
    return target.compiles ? ended("failed", OLD_ENDPOINT) : ended("none");
  const seen = { ...nothing, cache, before };
  if (survey.preloaded > 0)
    return { place: { ...seen, state: "failed", notes: [] }, refused: preloadRefusal(way.place, survey) };
  if (!target.compiles) return { place: { ...seen, state: "none", notes: [] } };
  const notes: string[] = [...wrongPool(answer, survey, target)];
  if (survey.brokenPattern !== "")
    notes.push(`PHP does not understand the pattern ${survey.brokenPattern} of opcache.warm`);
  const invalidated = survey.leftover > 0 ? await invalidateLeftovers(surveyed, target, wish) : 0;
  const told = { ...seen, invalidated, already: survey.already };

  const { isCold, reset, after: emptied, refused, ...room } = await makeRoom(surveyed, before, survey, target, wish);
  notes.push(...room.notes);
  if (refused !== undefined) return { place: { ...told, state: "cold", notes }, refused };
  if (isCold) {
    const cold = { ...told, state: "cold", skipped: files.length, ...(reset && { reset }) } as const;
    return { place: { ...cold, ...(emptied && { after: emptied }), notes } };
  }
  const compiled = await compileScripts(
    way,
    `${target.releasesDir}/${target.version}/`,
    files,
    reset ? undefined : before,
    {
      ...wish,
      progress: (count, all) => wish.progress(`warming opcache: ${count} of ${all} scripts`),
    },
  );
  notes.push(...compilationNotes(compiled), ...jitNotes(compiled.after ?? before));
  const { after } = compiled;
  const counts = {
    compiled: compiled.compiled,
    already: survey.already + compiled.already,
    skipped: skippedOf(compiled),
  };
  return {
    place: { ...told, ...counts, state: "warmed", ...(reset && { reset }), after: after ?? before, notes },
  };
}

/** The ways for the clear after the switch: an endpoint that can only reset has done it, and is not asked again. */
export function alreadyReset(ways: readonly OpcacheWay[], { places }: WarmReport): readonly OpcacheWay[] {
  const done = places.flatMap(({ place, notes }) => (notes.includes(ONLY_RESETS) ? [place] : []));
  const ask = () => Promise.resolve({ kind: "bare-reset" } as const);
  return ways.map((way) => (done.includes(way.place) ? { place: way.place, ask } : way));
}

async function invalidateLeftovers({ way }: Surveyed, target: WarmTarget, wish: WarmWish): Promise<number> {
  const { releasesDir, version, live, former } = target;
  const keep = [version, live, former].flatMap((kept) => (kept === undefined ? [] : [`${releasesDir}/${kept}/`]));
  const reply = await way.ask({ op: "invalidate", prefixes: [`${releasesDir}/`], keep }, secondsLeft(wish));
  return reply.kind === "answer" ? reply.answer.invalidated : 0;
}

function skippedOf({ failed, fresh, future, refused, stopped }: Compilation): number {
  return failed.length + fresh.length + future.length + refused.length + (stopped?.untried ?? 0);
}
