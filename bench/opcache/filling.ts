import { setTimeout as sleep } from "node:timers/promises";
import { clock } from "../../tests/support/load/clock.ts";
import { latencies, longestSlow, percentile, type Span } from "../support/latency.ts";
import { answered, FEW, visit } from "./visitors.ts";
import type { Way } from "./ways.ts";
import type { Restarts, Wiki } from "./wiki.ts";

/** Megabytes; the least that php.ini's own comments speak of. */
export const SMALL = 64;
export const RELEASES = 50;
/** It is never fast again: more of them only take long. */
export const RELEASES_OF_NONE = 20;
/** A request that takes so many times the usual is taken for one that opcache had nothing for. */
export const SLOW = 3;
/** How long a release serves, in ms; those that are compared with each other serve longer, so that chance has less to say. */
const SERVES = 2_000;
const COMPARED = 15_000;

/** One release after another into a small cache. */
export interface Filled {
  readonly way: Way;
  /** The median of each release, in ms. */
  readonly medians: readonly number[];
  readonly restarts: Restarts;
  /** The longest time without a fast answer, in seconds. */
  readonly longest: number;
  readonly crashes: number;
}

/** One release after another, under load, until a small cache could hold no more. */
export async function fill(wiki: Wiki, way: Way): Promise<Filled> {
  const spans: Span[] = [];
  await wiki.restart(way, [`opcache.memory_consumption=${SMALL}`]);
  const load = visit(wiki.machine, FEW);
  await sleep(4000); // the first release has no live one to be warmed after
  const warm = clock();
  const last = (way === "none" ? RELEASES_OF_NONE : RELEASES) - 1;
  for (let version = 0; version <= last; version++) {
    if (version > 0) {
      const { warm, opcacheRestarts } = await wiki.move(`${version}`, way);
      console.log(way, version, warm, opcacheRestarts);
    }
    const from = clock();
    await sleep(version === 0 || version === last ? COMPARED : SERVES);
    spans.push({ from, to: clock() });
  }
  const samples = answered(await load.record());
  const medians = spans.map((span) => percentile(latencies(samples, [span]), 0.5));
  const later = samples.filter(({ due }) => due >= warm);
  const longest = longestSlow(later, SLOW * (medians[0] ?? 0));
  return { way, medians, restarts: await wiki.restarts(), longest, crashes: await wiki.crashes() };
}
