// npm run bench -- size: what a release's size costs, by many files and by large ones: time, and the client's memory.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../tests/support/sandbox.ts";
import { bench, needRoom, withSandbox } from "./support/bench.ts";
import { conditions } from "./support/conditions.ts";
import { median, table, verdict } from "./support/figures.ts";
import { writeLargeFiles } from "./support/largeFiles.ts";
import { changeManyFiles, writeManyFiles } from "./support/manyFiles.ts";
import { forgetSite, type OwnRelease, releaseByOwnClient } from "./support/ownClient.ts";
import { emptyPeak } from "./support/peak.ts";
import { publish } from "./support/results.ts";
import { settled } from "./support/settled.ts";

const RUNS = 3;
const COUNTS = [25_000, 50_000, 100_000, 200_000];
const LARGE = 2_000_000_000;
/** MB above Node.js's own. */
const MOST_MEMORY = 150;
/** How much longer a file may take among the most files than among the fewest, for time to be called linear. */
const MOST_GROWTH = 1.2;

/** The releases of one size: the first ones of empty sites, and those that follow with 20 files changed. */
interface Releases {
  readonly first: OwnRelease[];
  readonly next: OwnRelease[];
}

bench((dir) =>
  withSandbox(async (sandbox) => {
    needRoom(8e9);
    const many = await measureMany(sandbox, dir);
    const large = await measureLarge(sandbox, dir);
    report(emptyPeak(), many, large);
  }),
);

async function measureMany(sandbox: Sandbox, dir: string): Promise<ReadonlyMap<number, Releases>> {
  const sourceOf = (count: number) => join(dir, `${count}`);
  for (const count of COUNTS) writeManyFiles(sourceOf(count), count);
  const figures = new Map(COUNTS.map((count) => [count, { first: [], next: [] } as Releases]));
  // By turns, after the smallest of them to warm up.
  const turns = Array.from({ length: RUNS }, (_, turn) =>
    COUNTS.map((count) => ({ turn: `${turn + 1}`, count })),
  ).flat();
  for (const { turn, count } of [{ turn: "0", count: COUNTS[0] ?? 0 }, ...turns]) {
    const source = sourceOf(count);
    const name = `${count}-${turn}`;
    await settled();
    const first = await releaseByOwnClient(sandbox, name, "1", source);
    changeManyFiles(source, count, turn);
    const next = await releaseByOwnClient(sandbox, name, "2", source);
    await forgetSite(sandbox, name);
    console.log(name, JSON.stringify({ first, next }));
    if (turn === "0") continue;
    figures.get(count)?.first.push(first);
    figures.get(count)?.next.push(next);
  }
  for (const count of COUNTS) rmSync(sourceOf(count), { recursive: true });
  return figures;
}

async function measureLarge(sandbox: Sandbox, dir: string): Promise<Releases> {
  const source = join(dir, "large");
  writeLargeFiles(source, LARGE);
  await settled();
  const first: OwnRelease[] = [];
  for (let turn = 1; turn <= RUNS; turn++) {
    const name = `large-${turn}`;
    first.push(await releaseByOwnClient(sandbox, name, "1", source));
    await forgetSite(sandbox, name);
    console.log(name, JSON.stringify(first.at(-1)));
  }
  return { first, next: [] };
}

function report(own: number, many: ReadonlyMap<number, Releases>, large: Releases): void {
  const seconds = (releases: readonly OwnRelease[]) => median(releases.map((release) => release.seconds));
  const memory = (releases: readonly OwnRelease[]) => (median(releases.map(({ peak }) => peak)) - own) / 1e6;
  const whole = (number: number) => number.toFixed(0);
  const row = (name: string, { first, next }: Releases) => {
    const figures = [seconds(first).toFixed(1), next.length > 0 ? seconds(next).toFixed(1) : ""];
    const memories = [whole(memory(first)), next.length > 0 ? whole(memory(next)) : ""];
    return [name, ...figures, ...memories, hostMemory([...first, ...next])] as const;
  };
  const head = ["release", "first, s", "next, s", "client first, MB", "client next, MB", "host, MB"] as const;
  const counted = (count: number) => count.toLocaleString("en");
  const named = (count: number) => `${counted(count)} files`;
  const counts = [...many].map(([count, releases]) => row(named(count), releases));
  const figures = table([head, ...counts, row("2 GB in 9 files", large)]);
  const [[fewest, few], [most, lots]] = [[...many].at(0), [...many].at(-1)] as [[number, Releases], [number, Releases]];
  const kinds = ["first", "next"] as const;
  const times = kinds.map((kind) => {
    const growth = seconds(lots[kind]) / most / (seconds(few[kind]) / fewest);
    return { isMet: growth <= MOST_GROWTH, words: `${growth.toFixed(2)} times (${kind})` };
  });
  const memories = kinds.map((kind) => {
    const [low, high] = [memory(few[kind]), memory(lots[kind])];
    return {
      isMet: high < MOST_MEMORY,
      words: `${whole(high)} MB, after ${whole(low)} MB for ${named(fewest)} (${kind})`,
    };
  });
  const largest = memory(large.first);
  publish(`# Releases of many files, and of large ones

What does a release's size cost? Sites of ${COUNTS.map(counted).join(", ")} files, of 0.3 kB each, are put on a host for the first time,
and then with 20 of them changed; and one of 2 GB, 8 files that do not pack and the front controller.

    npm run bench -- size

${conditions()}, in memory.
The host is the tests' sandbox, on loopback. Each Release has a client of its own: a process that makes the digest of the source (of which it
knows nothing the first time, and all but the 20 the next), connects and puts the release there; its start is not in the times. "Client"
is the most memory that this process had, by the kernel's VmHWM, beyond what Node.js takes for an empty script, ${whole(own / 1e6)} MB; "host" is the same, whole, of
the largest process of the client's session there, as seen ten times a second. ${RUNS} runs of each by turns, after the smallest once to warm up; medians.

${figures}

${verdict(`Time linear, wanted for a file of ${counted(most)} at most ${MOST_GROWTH} times that for one of ${counted(fewest)}`, times)}
${verdict(`Memory flat, for which no number was given: with ${named(most)} below the ${MOST_MEMORY} MB of a large release`, memories)}
${verdict(`2 GB, wanted below ${MOST_MEMORY} MB beyond Node.js's own`, [{ isMet: largest < MOST_MEMORY, words: `${whole(largest)} MB` }])}
`);
  console.log(figures);
}

function hostMemory(releases: readonly OwnRelease[]): string {
  const { name, peak } = releases.map(({ host }) => host).reduce((one, other) => (other.peak > one.peak ? other : one));
  return `${(peak / 1e6).toFixed(0)} (${name})`;
}
