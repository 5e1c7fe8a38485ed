import { conditions } from "../support/conditions.ts";
import { table, verdict } from "../support/figures.ts";
import { longestSlow, percentile } from "../support/latency.ts";
import { publish } from "../support/results.ts";
import { drawReleases, drawSwitches } from "./charts.ts";
import { type Filled, RELEASES, RELEASES_OF_NONE, SLOW } from "./filling.ts";
import { RATE } from "./site.ts";
import { SWITCHES, type Switched } from "./switches.ts";
import { cachetool, label } from "./ways.ts";

/** Megabytes; the least that php.ini's own comments speak of. */
export const SMALL = 64;

/** Switches by the default that found no room are not among the others. */
function apartText(auto: Switched | undefined): string {
  if (auto === undefined || auto.recycled.length === 0) return "";
  return ` A switch by the default that had to reset first had a p99 of ${percentile(auto.recycled, 0.99).toFixed(0)} ms; it is counted apart.`;
}

export async function report(switched: readonly Switched[], filled: readonly Filled[]): Promise<void> {
  const ms = (value: number) => value.toFixed(0);
  const rows = switched.map(({ way, steady, around, samples, resets, crashes: died }) => {
    const slow = longestSlow(samples, SLOW * percentile(steady, 0.5));
    const [usual, near] = [percentile(steady, 0.99), percentile(around, 0.99)];
    const figures = [
      ms(percentile(steady, 0.5)),
      ms(usual),
      ms(near),
      (near / usual).toFixed(2),
      ms(around.at(-1) ?? 0),
    ];
    return [label(way), ...figures, slow.toFixed(2), `${resets}`, `${died}`] as const;
  });
  const head = [
    "policy",
    "steady p50",
    "steady p99",
    "switch p99",
    "ratio",
    "switch max",
    "slow, s",
    "resets",
    "crashes",
  ] as const;
  const fills = filled.map(({ way, medians, resets, longest, crashes: died }) => {
    const [first = 0, last = 0] = [medians[0], medians.at(-1)];
    return [
      label(way),
      ms(first),
      ms(last),
      (last / first).toFixed(2),
      `${resets}`,
      longest.toFixed(2),
      `${died}`,
    ] as const;
  });
  const fillHead = ["policy", "p50 of the 1st", "of the last", "ratio", "resets", "slow, s", "crashes"] as const;
  const auto = switched.find(({ way }) => way === "auto");
  const ratio = auto === undefined ? Number.NaN : percentile(auto.around, 0.99) / percentile(auto.steady, 0.99);
  const filledAuto = filled.find(({ way }) => way === "auto");
  const kept = (filledAuto?.medians.at(-1) ?? Number.NaN) / (filledAuto?.medians[0] ?? Number.NaN);
  const died = [...switched, ...filled].reduce((sum, each) => sum + each.crashes, 0);
  const without = cachetool === undefined ? " cachetool was not to be had." : "";
  const figures = `${table([head, ...rows])}\n\n${table([fillHead, ...fills])}`;
  publish(`# What a switch does to opcache, and opcache to the visitors

An application of 500 classes, 15 MB in opcache, of which each request needs 60 others, is switched to another release of it while ${RATE} requests a
second ask for it; all answers count from when their requests fell due. The ten seconds from the beginning of a switch stand beside the ten before it, ${SWITCHES} times for each policy, each in a
sandbox of its own. "reset" is the article's way, through our own file; "cachetool" is the same by cachetool.${without}

    npm run bench -- opcache

${conditions()}, in memory.
Times are in ms. "slow" is the longest time without an answer within ${SLOW} times the steady median. Then ${RELEASES} releases one after another with
opcache.memory_consumption=${SMALL}, two seconds each (the first and the last 15), by the default and, ${RELEASES_OF_NONE} of them, with nothing done. "resets" are those that the cache's
own counters tell.${apartText(auto)}

${figures}

![Latency around a switch, by policy](opcache-switch.svg)

![The median of each of fifty releases](opcache-releases.svg)

${verdict("p99 around a switch by the default, wanted at most 1.1 times the steady one", [{ isMet: ratio <= 1.1, words: ratio.toFixed(2) }])}
${verdict("p50 of the 50th release, wanted at most 1.1 times that of the 1st", [{ isMet: kept <= 1.1, words: kept.toFixed(2) }])}
${verdict("Crashed workers, wanted none", [{ isMet: died === 0, words: `${died}` }])}
`);
  console.log(figures);
  await drawSwitches(switched);
  await drawReleases(filled);
}
