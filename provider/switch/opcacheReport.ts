import { type OpcacheStatus, restarts } from "../opcache/answer.ts";
import type { OpcacheReport } from "../opcache/clear.ts";
import type { WarmPlace, WarmReport } from "../opcache/warm.ts";
import type { SwitchReport } from "../report.ts";

/** What the switch did with opcache, before and after it. */
export interface OpcacheDone {
  readonly warm: WarmReport | undefined;
  readonly cleared: OpcacheReport | undefined;
  /** Why nothing was cleared, where something should have been. */
  readonly left?: string;
}

type OpcacheFields = Extract<keyof SwitchReport, "warm" | `warm${string}` | "invalidated" | `opcache${string}`>;

/** opcache's part of the report. */
export function describeOpcache({ warm, cleared, left }: OpcacheDone): Pick<SwitchReport, OpcacheFields> {
  const warmed = warm?.places ?? [];
  const places = cleared?.places ?? [];
  return {
    warm: warmText(warmed),
    opcache: left ?? opcacheText(cleared),
    warmed: sum(warmed, ({ compiled }) => compiled),
    warmSkipped: sum(warmed, ({ skipped }) => skipped),
    invalidated: sum(warmed, (place) => place.invalidated) + sum(places, (place) => place.invalidated),
    ...counters(byCache([...warmed, ...places])),
  };
}

function warmText(places: readonly WarmPlace[]): string {
  const tried = places.filter(({ state }) => state !== "none");
  if (tried.length === 0) return "left alone";
  const texts = tried.map(({ state, compiled, already, skipped, reset, notes }) => {
    if (state === "failed") return `not tried: ${notes[0]}`;
    const parts = [
      ...(reset === undefined ? [] : [reset === "done" ? "opcache reset first" : `opcache reset, ${reset}`]),
      state === "cold" ? "cold" : `${compiled} scripts compiled`,
      ...(already > 0 ? [`${already} there already`] : []),
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ];
    return parts.join(", ");
  });
  return [...new Set(texts)].join("; ");
}

function opcacheText(cleared: OpcacheReport | undefined): string {
  if (cleared === undefined) return "left alone";
  const count = sum(cleared.places, ({ invalidated }) => invalidated);
  const states = [...new Set(cleared.places.map(({ state }) => state))].join(", ");
  return `${cleared.policy}: ${count} scripts, ${states}`;
}

interface Seen {
  readonly first: OpcacheStatus;
  readonly last: OpcacheStatus;
}

/** What was seen first and last of each cache; pools of one php-fpm have one. */
function byCache(
  places: readonly {
    readonly place: string;
    readonly cache?: string;
    readonly before?: OpcacheStatus;
    readonly after?: OpcacheStatus;
  }[],
): readonly Seen[] {
  const seen = new Map<string, Seen>();
  for (const { place, cache = place, before, after = before } of places) {
    const first = seen.get(cache)?.first ?? before ?? after;
    if (first !== undefined && after !== undefined) seen.set(cache, { first, last: after });
  }
  return [...seen.values()];
}

function counters(seen: readonly Seen[]): Partial<SwitchReport> {
  if (seen.length === 0) return {};
  return {
    opcacheUsedBefore: sum(seen, ({ first }) => first.used),
    opcacheUsedAfter: sum(seen, ({ last }) => last.used),
    opcacheWasted: sum(seen, ({ last }) => last.wasted),
    opcacheSize: sum(seen, ({ last }) => last.used + last.free + last.wasted),
    opcacheKeys: sum(seen, ({ last }) => last.keys),
    opcacheMaxKeys: sum(seen, ({ last }) => last.maxKeys),
    opcacheRestarts: sum(seen, ({ first, last }) => restarts(last) - restarts(first)),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** The report's numbers on one line, for the live tree. */
export function opcacheLine(report: SwitchReport): string | undefined {
  const { opcacheUsedBefore, opcacheUsedAfter, opcacheSize, opcacheRestarts, warmed, warmSkipped, invalidated } =
    report;
  if (opcacheUsedBefore === undefined || opcacheUsedAfter === undefined || opcacheSize === undefined) return undefined;
  const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  const skipped = warmSkipped > 0 ? ` (${warmSkipped} skipped)` : "";
  const emptied = opcacheRestarts ? `, emptied ${opcacheRestarts} times` : "";
  return `opcache: ${warmed} scripts warmed${skipped}, ${invalidated} invalidated, ${mb(opcacheUsedBefore)} -> ${mb(opcacheUsedAfter)} of ${mb(opcacheSize)} MB, ${report.opcacheKeys} of ${report.opcacheMaxKeys} keys${emptied}`;
}

/** What a person should hear of it, each once; `known` is what was said already. */
export function opcacheWarnings({ warm, cleared }: OpcacheDone, known: string | undefined): readonly string[] {
  const told = new Set<string>();
  const heard = (place: string, note: string) => {
    // A pool that smoke could not reach refuses opcache for the same reason, in the same words.
    if (note !== known) told.add(`${place}: ${note}`);
  };
  for (const { place, notes } of warm?.places ?? []) for (const note of notes) heard(place, note);
  for (const { place, note } of cleared?.places ?? []) if (note !== undefined) heard(place, note);
  const all = [...told, ...(warm?.notes ?? [])];
  return all.length === 0 ? [] : [`opcache: ${all.join("; ")}`];
}
