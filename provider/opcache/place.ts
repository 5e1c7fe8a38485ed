import type { OpcacheAnswer, OpcacheStatus } from "./answer.ts";

/** How a clear went at one pool or URL. */
export interface PlaceReport {
  readonly place: string;
  /** `pending`: a reset waits for requests in flight; `unverified`: the endpoint gives no status. */
  readonly state: "cleared" | "pending" | "unverified" | "failed";
  readonly invalidated: number;
  /** Which cache it was, where it tells. */
  readonly cache?: string;
  readonly before?: OpcacheStatus;
  readonly after?: OpcacheStatus;
  /** What a person should know, unless it is plainly cleared. */
  readonly note?: string;
}

/** Why an answer comes from no cache that can be worked with, and whether that is a fault; undefined where there is one. */
export function withoutCache(
  answer: Pick<OpcacheAnswer, "state">,
): { readonly why: string; readonly isFault: boolean } | undefined {
  switch (answer.state) {
    case "off":
      return { why: "opcache is off", isFault: false };
    case "absent":
      return { why: "PHP has no opcache", isFault: false };
    case "files":
      return { why: "opcache keeps its code in files alone (opcache.file_cache_only)", isFault: false };
    case "restricted":
      return {
        why: "opcache.restrict_api keeps this script from opcache; it must be empty, or a prefix of its path",
        isFault: true,
      };
    case "disabled":
      return { why: "disable_functions holds opcache's functions", isFault: true };
    case "on":
    case "restarting":
      return undefined;
  }
}

export const ONLY_RESETS =
  'the endpoint knows nothing but a reset, and has emptied the whole cache; put the text of opcacheEndpoint() there, or say policy: "reset"';

export function failed(place: string, why: string): PlaceReport {
  return { place, state: "failed", invalidated: 0, note: why };
}

export function seenAt(answer: OpcacheAnswer): Pick<PlaceReport, "cache" | "before" | "after"> {
  const { before, after, cache } = answer;
  return {
    ...(cache !== "" && { cache }),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
}

/** What a cache-less place comes to for a clear. */
export function nothingToClear(place: string, answer: OpcacheAnswer): PlaceReport | undefined {
  const without = withoutCache(answer);
  if (without === undefined) return undefined;
  if (without.isFault) return failed(place, without.why);
  return { place, state: "cleared", invalidated: 0, note: `${without.why}: there is nothing to clear` };
}
