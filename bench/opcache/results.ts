import { conditions } from "../support/conditions.ts";
import { table, verdict } from "../support/figures.ts";
import { longestSlow, percentile } from "../support/latency.ts";
import { publish } from "../support/results.ts";
import { drawReleases, drawSwitches } from "./charts.ts";
import { type Filled, RELEASES, RELEASES_OF_NONE, SLOW, SMALL } from "./filling.ts";
import { SWITCHES, type Switched } from "./switches.ts";
import { FEW, RATE } from "./visitors.ts";
import { cachetool, label } from "./ways.ts";
import { WORKERS } from "./wiki.ts";

/** Milliseconds. */
function ms(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

/** Switches by the default that found no room are not among the others. */
function apartText(auto: Switched | undefined): string {
  if (auto === undefined || auto.recycled.length === 0) return "";
  return ` A switch by the default that had to reset first had a p99 of ${ms(percentile(auto.recycled, 0.99))}; it is counted apart.`;
}

function switchTable(switched: readonly Switched[]): string {
  const rows = switched.map(({ way, steady, around, samples, restarts, crashes }) => {
    const slow = longestSlow(samples, SLOW * percentile(steady, 0.5));
    const [usual, near] = [percentile(steady, 0.99), percentile(around, 0.99)];
    const times = [percentile(steady, 0.5), usual, near].map(ms);
    const counts = [slow.toFixed(2), `${restarts.asked}`, `${restarts.own}`, `${crashes}`];
    return [label(way), ...times, (near / usual).toFixed(2), ms(around.at(-1) ?? 0), ...counts] as const;
  });
  const times = ["steady p50", "steady p99", "switch p99", "ratio", "switch max"];
  return table([["policy", ...times, "slow, s", "resets", "by PHP", "crashes"], ...rows]);
}

function fillTable(filled: readonly Filled[]): string {
  const rows = filled.map(({ way, medians, restarts, longest, crashes }) => {
    const [first = 0, last = 0] = [medians[0], medians.at(-1)];
    const counts = [longest.toFixed(2), `${restarts.asked}`, `${restarts.own}`, `${crashes}`];
    return [label(way), ms(first), ms(last), (last / first).toFixed(2), ...counts] as const;
  });
  return table([
    ["policy", "p50 of the 1st", "of the last", "ratio", "slow, s", "resets", "by PHP", "crashes"],
    ...rows,
  ]);
}

export async function report(switched: readonly Switched[], filled: readonly Filled[]): Promise<void> {
  const auto = switched.find(({ way }) => way === "auto");
  const ratio = auto === undefined ? Number.NaN : percentile(auto.around, 0.99) / percentile(auto.steady, 0.99);
  const filledAuto = filled.find(({ way }) => way === "auto");
  const kept = (filledAuto?.medians.at(-1) ?? Number.NaN) / (filledAuto?.medians[0] ?? Number.NaN);
  const died = [...switched, ...filled].reduce((sum, { crashes }) => sum + crashes, 0);
  const busy = Math.max(...switched.map((each) => each.busy));
  const without = cachetool === undefined ? " cachetool was not to be had." : "";
  const figures = `${switchTable(switched)}\n\n${fillTable(filled)}`;
  publish(`# What a switch does to opcache, and opcache to the visitors

DokuWiki on a Debian 13 machine with systemd, sshd, nginx and php-fpm of its own is switched over SSH to another release of it, which differs by its
version only, while ${RATE} requests a second ask for six of its pages in turn: one that is rendered each time, one that is kept, a form, the index, a
search and the recent changes. Each answer must be a whole page of one version; all of them count from when their requests fell due. The ten seconds
from the beginning of a switch stand beside the ten before it, ${SWITCHES} times for each policy, one policy after the other, each with a php-fpm and a
DokuWiki that begin with empty caches. "reset" is the article's way, through our own file; "cachetool" is the same by cachetool.${without}

    npm run bench -- opcache

${conditions()}, in memory.
So many requests take less than a third of the two processors, so that they seldom wait for each other; these were busy for ${Math.round(busy * 100)} % of the time
at most, with all that ran. php-fpm has ${WORKERS} workers from its start on (\`pm = static\`): those that Debian's \`dynamic\` starts and ends by the
load begin without PHP's cache of paths, whatever is switched. Everything else is Debian's.
Times are in ms. "slow" is the longest time without an answer within ${SLOW} times the steady median. Then ${RELEASES} releases one after another with
opcache.memory_consumption=${SMALL} and ${FEW} requests a second, two seconds each (the first and the last 15), by the default and, ${RELEASES_OF_NONE} of them, with
nothing done. "resets" of the whole cache are those that somebody asked for, "by PHP" those that it made itself for want of memory, both by the cache's
own counters.${apartText(auto)}

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
