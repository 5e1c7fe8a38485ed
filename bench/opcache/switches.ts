import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { clock } from "../../tests/support/load/clock.ts";
import type { Sample } from "../../tests/support/load/evaluate.ts";
import { busyShare, coreTimes } from "../support/cores.ts";
import { latencies, percentile, type Span } from "../support/latency.ts";
import { answered, RATE, visit } from "./visitors.ts";
import type { Way } from "./ways.ts";
import type { Restarts, Wiki } from "./wiki.ts";

export const SWITCHES = 5;
const WINDOW = 10_000;

/** Switches of one site, each in the middle of a window of ten seconds. */
export interface Switched {
  readonly way: Way;
  readonly steady: readonly number[];
  readonly around: readonly number[];
  /** The same of switches by the default that had to reset first. */
  readonly recycled: readonly number[];
  readonly restarts: Restarts;
  readonly samples: readonly Sample[];
  /** When each switch began, by the load's clock. */
  readonly begun: readonly number[];
  readonly crashes: number;
  /** How much of the time this machine's processors were busy, 0 to 1. */
  readonly busy: number;
}

type Triple = [readonly number[], readonly number[], readonly number[]];

/** Versions 1 to SWITCHES one after another, under load. */
export async function switches(wiki: Wiki, way: Way): Promise<Switched> {
  await wiki.restart(way);
  const load = visit(wiki.machine, RATE);
  await sleep(3000); // every worker has met the application
  const steady: Span[] = [];
  const around: Span[] = [];
  const recycled: Span[] = [];
  const begun: number[] = [];
  const idle = coreTimes();
  let restarts: Restarts = { asked: 0, own: 0 };
  for (let version = 1; version <= SWITCHES; version++) {
    const rest = clock();
    await sleep(WINDOW);
    const from = clock();
    steady.push({ from: rest, to: from });
    await wiki.move(`${version}`, way);
    begun.push(from);
    await sleep(Math.max(0, WINDOW - (clock() - from)));
    const before = restarts;
    restarts = await wiki.restarts();
    const wasRecycled = way === "auto" && !isDeepStrictEqual(restarts, before);
    (wasRecycled ? recycled : around).push({ from, to: from + WINDOW });
  }
  const busy = busyShare(idle, coreTimes());
  const samples = answered(await load.record());
  const [usual, near, apart] = [steady, around, recycled].map((spans) => latencies(samples, spans)) as Triple;
  console.log(way, percentile(usual, 0.99), percentile(near, 0.99), restarts);
  const crashes = await wiki.crashes();
  return { way, steady: usual, around: near, recycled: apart, restarts, samples, begun, crashes, busy };
}
