import { setTimeout as sleep } from "node:timers/promises";
import { clock } from "../../tests/support/load/clock.ts";
import type { Sandbox } from "../../tests/support/sandbox.ts";
import { latencies, longestSlow, percentile, type Span } from "../support/latency.ts";
import { Shop } from "../support/shop.ts";
import { answered, crashes, move, visit } from "./site.ts";
import type { Way } from "./ways.ts";

export const RELEASES = 50;
/** It is never fast again: more of them only take long. */
export const RELEASES_OF_NONE = 12;
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
  readonly resets: number;
  /** The longest time without a fast answer, in seconds. */
  readonly longest: number;
  readonly crashes: number;
}

/** One release after another, under load, until a small cache could hold no more. */
export async function fill(sandbox: Sandbox, way: Way, builds: string): Promise<Filled> {
  const shop = new Shop(sandbox, builds);
  const spans: Span[] = [];
  let resets = 0;
  await shop.release("1");
  await move(sandbox, "1", way);
  const load = visit(sandbox, 1200);
  await sleep(4000); // the first release has no live one to be warmed after
  const warm = clock();
  const last = way === "none" ? RELEASES_OF_NONE : RELEASES;
  for (let version = 1; version <= last; version++) {
    if (version > 1) {
      await shop.release(`${version}`);
      const { opcacheRestarts = 0, warm } = await move(sandbox, `${version}`, way);
      resets += opcacheRestarts;
      console.log(way, version, warm, opcacheRestarts);
    }
    const from = clock();
    await sleep(version === 1 || version === last ? COMPARED : SERVES);
    spans.push({ from, to: clock() });
  }
  const samples = answered(await load.record());
  const medians = spans.map((span) => percentile(latencies(samples, [span]), 0.5));
  const later = samples.filter(({ due }) => due >= warm);
  return { way, medians, resets, longest: longestSlow(later, SLOW * (medians[0] ?? 0)), crashes: crashes(sandbox) };
}
