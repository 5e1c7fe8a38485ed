import type { Mark, Sample } from "../../tests/support/load/evaluate.ts";
import type { Act } from "./scenario.ts";

/** What the load met over time. Seconds count from its start. */
export interface Timeline {
  /** How many requests of each kind of answer fell due in each interval, and in those after it that had as many. */
  readonly answers: readonly Answers[];
  /** How long those of each interval took, in milliseconds. */
  readonly latencies: readonly { readonly at: number; readonly of: "median" | "slowest"; readonly ms: number }[];
  /** What happened to the traffic, and when its first request saw it. */
  readonly moments: readonly Moment[];
  /** While `pulumi up` ran. */
  readonly updates: readonly { readonly from: number; readonly to: number }[];
}

interface Answers {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** Kinds of one interval stand one on the other: from so many requests to so many. */
  readonly low: number;
  readonly high: number;
}

interface Moment {
  readonly at: number;
  readonly text: string;
}

/** In seconds. */
export const INTERVAL = 0.25;

/** What was sent while the acts were performed; each of them lies between two marks, of which the second names what is live then. */
export function timelineOf(samples: readonly Sample[], marks: readonly Mark[], acts: readonly Act[]): Timeline {
  const start = samples.reduce((least, { due }) => Math.min(least, due), marks[0]?.at ?? 0);
  const seconds = (at: number) => Math.round(at - start) / 1000;
  const lived = new Set(marks.slice(0, 1).map(({ version }) => version));
  const played = acts.map((act, index) => {
    const isBack = lived.has(act.version);
    if (act.ending === "live") lived.add(act.version);
    return { act, isBack, begun: marks[2 * index + 1]?.at ?? start, ended: marks[2 * index + 2]?.at ?? start };
  });
  return {
    ...overTime(samples, seconds),
    moments: played.flatMap((each) => momentsOf(each, samples).map(({ at, text }) => ({ at: seconds(at), text }))),
    updates: played.map(({ begun, ended }) => ({ from: seconds(begun), to: seconds(ended) })),
  };
}

function overTime(
  samples: readonly Sample[],
  seconds: (at: number) => number,
): Pick<Timeline, "answers" | "latencies"> {
  const answers: Answers[] = [];
  const latencies: Timeline["latencies"][number][] = [];
  const intervals = grouped(samples, ({ due }) => Math.floor(seconds(due) / INTERVAL));
  for (const [number, inside] of [...intervals].toSorted(([a], [b]) => a - b)) {
    const from = number * INTERVAL;
    let low = 0;
    for (const [kind, { length }] of [...grouped(inside, kindOf)].toSorted(([a], [b]) => inOrder(a, b))) {
      answers.push({ from, to: from + INTERVAL, kind, low, high: low + length });
      low += length;
    }
    const times = inside.filter(({ answer }) => answer !== undefined).map(({ due, ended }) => ended - due);
    times.sort((a, b) => a - b);
    const ranks = { median: times[Math.ceil(times.length / 2) - 1], slowest: times.at(-1) } as const;
    for (const of of ["median", "slowest"] as const) {
      const ms = ranks[of];
      if (ms !== undefined) latencies.push({ at: from + INTERVAL / 2, of, ms: Math.round(ms * 10) / 10 });
    }
  }
  return { answers: merged(answers), latencies };
}

/** What goes on as it was is one piece. */
function merged(answers: readonly Answers[]): readonly Answers[] {
  const pieces: Answers[] = [];
  for (const next of answers) {
    const at = pieces.findIndex(
      ({ to, kind, low, high }) => to === next.from && kind === next.kind && low === next.low && high === next.high,
    );
    const before = pieces[at];
    if (before === undefined) pieces.push(next);
    else pieces[at] = { ...before, to: next.to };
  }
  return pieces;
}

// Node 22 has Map.groupBy, and the library of the language that we compile for has not.
function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** What a request met, as in "version 2" or "version 4, 500". */
function kindOf({ answer, reused }: Sample): string {
  if (answer === undefined) return reused ? "closed, reused" : "no answer";
  const versions = [...new Set(answer.versions)];
  const version = versions.length > 0 ? `version ${versions.join(" and ")}` : "no version";
  return answer.status === 200 ? version : `${version}, ${answer.status}`;
}

/** Whole pages of one version come first, then other answers, then none. */
export function inOrder(kind: string, other: string): number {
  return rankOf(kind) - rankOf(other) || (kind < other ? -1 : 1);
}

function rankOf(kind: string): number {
  if (!kind.startsWith("version ")) return 2;
  return /,| and /.test(kind) ? 1 : 0;
}

interface Played {
  readonly act: Act;
  /** The version was live before. */
  readonly isBack: boolean;
  readonly begun: number;
  readonly ended: number;
}

function momentsOf({ act, isBack, begun, ended }: Played, samples: readonly Sample[]): readonly Moment[] {
  const { version, ending, live } = act;
  if (ending === "refused") return [{ at: ended, text: `${version} refused by smoke` }];
  const later = samples.filter(({ sent }) => sent >= begun).toSorted((a, b) => a.ended - b.ended);
  const met = later.filter(({ answer }) => answer?.versions[0] === version);
  const [first, last] = [met[0], met.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (ending === "live") return [{ at: first.ended, text: isBack ? `back to ${version}` : `switch to ${version}` }];
  const back = later.find(({ answer, ended: at }) => at > last.ended && answer?.versions[0] === live);
  return [
    { at: first.ended, text: `switch to ${version}, unhealthy` },
    ...(back === undefined ? [] : [{ at: back.ended, text: `${live} restored` }]),
  ];
}
