import { setTimeout as sleep } from "node:timers/promises";
import { clock } from "../../tests/support/load/clock.ts";
import type { Sample } from "../../tests/support/load/evaluate.ts";
import type { Sandbox } from "../../tests/support/sandbox.ts";
import { latencies, percentile, type Span } from "../support/latency.ts";
import { Shop } from "../support/shop.ts";
import { answered, crashes, move, visit } from "./site.ts";
import type { Way } from "./ways.ts";

export const SWITCHES = 5;
const WINDOW = 10_000;

/** Switches of one site, each in the middle of a window of ten seconds. */
export interface Switched {
  readonly way: Way;
  readonly steady: readonly number[];
  readonly around: readonly number[];
  /** The same of switches by the default that had to reset first. */
  readonly recycled: readonly number[];
  readonly resets: number;
  readonly samples: readonly Sample[];
  /** When each switch began, by the load's clock. */
  readonly begun: readonly number[];
  readonly crashes: number;
}

type Triple = [readonly number[], readonly number[], readonly number[]];

/** Versions 1 to SWITCHES one after another, under load. */
export async function switches(sandbox: Sandbox, way: Way, builds: string): Promise<Switched> {
  const shop = new Shop(sandbox, builds);
  for (let version = 0; version <= SWITCHES; version++) await shop.release(`${version}`);
  await move(sandbox, "0", way);
  const load = visit(sandbox, 600);
  await sleep(3000); // every worker has met the application
  const steady: Span[] = [];
  const around: Span[] = [];
  const recycled: Span[] = [];
  const begun: number[] = [];
  let resets = 0;
  for (let version = 1; version <= SWITCHES; version++) {
    const rest = clock();
    await sleep(WINDOW);
    const from = clock();
    steady.push({ from: rest, to: from });
    const { opcacheRestarts = 0 } = await move(sandbox, `${version}`, way);
    begun.push(from);
    await sleep(Math.max(0, WINDOW - (clock() - from)));
    resets += opcacheRestarts;
    (way === "auto" && opcacheRestarts > 0 ? recycled : around).push({ from, to: from + WINDOW });
  }
  const samples = answered(await load.record());
  const [usual, near, apart] = [steady, around, recycled].map((spans) => latencies(samples, spans)) as Triple;
  console.log(way, percentile(usual, 0.99), percentile(near, 0.99), resets);
  return { way, steady: usual, around: near, recycled: apart, resets, samples, begun, crashes: crashes(sandbox) };
}
