import type { Sample } from "../../tests/support/load/evaluate.ts";

/** A span of the load's clock, in milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds from due to answered of the requests that fell due in any of the spans, sorted. */
export function latencies(samples: readonly Sample[], spans: readonly Span[]): readonly number[] {
  return samples
    .filter(({ due, answer }) => answer !== undefined && spans.some(({ from, to }) => due >= from && due < to))
    .map(({ due, ended }) => ended - due)
    .sort((a, b) => a - b);
}

/** The nearest-rank percentile of sorted numbers: always one that was measured. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

/** The longest time in which no request was as fast as `limit`, in seconds, by when they fell due. */
export function longestSlow(samples: readonly Sample[], limit: number): number {
  let longest = 0;
  let begun: number | undefined;
  for (const { due, ended } of samples.toSorted((a, b) => a.due - b.due)) {
    if (ended - due <= limit) begun = undefined;
    else {
      begun ??= due;
      longest = Math.max(longest, ended - begun);
    }
  }
  return longest / 1000;
}
