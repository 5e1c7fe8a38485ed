/** What became of one request. Times are milliseconds of one clock. */
export interface Sample {
  /** When the clock asked for it; latency counts from here, so that a stalled host cannot hide its queue. */
  readonly due: number;
  /** When it went onto its connection. */
  readonly sent: number;
  readonly ended: number;
  /** It went over a connection that had carried a request before. */
  readonly reused: boolean;
  /** The whole answer, with the versions that it named: in its header, from the early and from the late include. */
  readonly answer?: { readonly status: number; readonly versions: readonly string[] };
  /** Why there is no whole answer, and whether any byte of one had come. */
  readonly error?: { readonly code: string; readonly begun: boolean };
}

/** From `at` on every request must meet `version`; without one any version may answer, since a switch is under way. */
export interface Mark {
  readonly label: string;
  readonly at: number;
  readonly version?: string;
}

/** Every request has exactly one; `lostReused` is a reused connection that ended before any byte of an answer. */
type Verdict = "ok" | "failed" | "mixed" | "stale" | "lost" | "lostReused";

/** One kind of request that did not end well. Seconds count from the start of the load. */
export interface Failure {
  readonly verdict: Exclude<Verdict, "ok">;
  /** A status, an error code, or the versions that were mixed. */
  readonly what: string;
  /** The version that answered, where it is known. */
  readonly version?: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** The requests that one version answered, well or not. */
interface VersionUse {
  readonly version: string;
  readonly requests: number;
  readonly failed: number;
  readonly first: number;
  readonly last: number;
}

/** Milliseconds from due to answered. */
interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** The requests due while one switch went on, and a second before and after. */
interface Window {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly latency: Latency;
}

export interface LoadResult {
  readonly seconds: number;
  readonly requests: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly failures: readonly Failure[];
  readonly versions: readonly VersionUse[];
  readonly latency: Latency;
  readonly windows: readonly Window[];
}

const MARGIN = 1000;
const WHOLE = 3;
const CLOSED = ["ECONNRESET", "EPIPE"];

export function evaluate(samples: readonly Sample[], marks: readonly Mark[]): LoadResult {
  const ordered = samples.toSorted((a, b) => a.ended - b.ended);
  const start = samples.reduce((least, { due }) => Math.min(least, due), marks[0]?.at ?? samples[0]?.due ?? 0);
  const seconds = (at: number) => Math.round(at - start) / 1000;
  const verdicts = { ok: 0, failed: 0, mixed: 0, stale: 0, lost: 0, lostReused: 0 };
  const failures = new Map<string, Failure>();
  const versions = new Map<string, VersionUse>();
  for (const sample of ordered) {
    const verdict = judge(sample, expected(sample, marks));
    verdicts[verdict] += 1;
    const last = seconds(sample.ended);
    const named = new Set(sample.answer?.versions);
    for (const version of named) {
      const known = versions.get(version) ?? { version, requests: 0, failed: 0, first: last, last };
      const failed = known.failed + (verdict === "ok" ? 0 : 1);
      versions.set(version, { ...known, requests: known.requests + 1, failed, last });
    }
    if (verdict === "ok") continue;
    const [version] = named.size === 1 ? named : [];
    const what = symptom(sample, verdict);
    const key = JSON.stringify([verdict, what, version]);
    const known = failures.get(key) ?? { verdict, what, ...(version && { version }), count: 0, first: last, last };
    failures.set(key, { ...known, count: known.count + 1, last });
  }
  return {
    seconds: seconds(ordered.at(-1)?.ended ?? start),
    requests: samples.length,
    verdicts,
    failures: [...failures.values()],
    versions: [...versions.values()],
    latency: latency(samples),
    windows: windows(samples, marks, seconds),
  };
}

/** The version that a request had to meet: the one of the last mark before it was sent. */
function expected(sample: Sample, marks: readonly Mark[]): string | undefined {
  return marks.findLast((mark) => mark.at <= sample.sent)?.version;
}

function judge(sample: Sample, version: string | undefined): Verdict {
  const { answer, error, reused } = sample;
  if (answer === undefined) {
    return reused && error !== undefined && !error.begun && CLOSED.includes(error.code) ? "lostReused" : "lost";
  }
  const [first] = answer.versions;
  if (answer.versions.some((other) => other !== first)) return "mixed";
  if (version !== undefined && first !== undefined && first !== version) return "stale";
  return answer.status === 200 && answer.versions.length === WHOLE ? "ok" : "failed";
}

function symptom({ answer, error }: Sample, verdict: Verdict): string {
  if (answer === undefined) return error?.code ?? "unanswered";
  if (verdict === "mixed") return answer.versions.join(" ");
  return answer.status === 200 && answer.versions.length < WHOLE ? "200, not the whole page" : String(answer.status);
}

function latency(samples: readonly Sample[]): Latency {
  const times = samples.filter(({ answer }) => answer !== undefined).map(({ ended, due }) => ended - due);
  times.sort((a, b) => a - b);
  // The nearest-rank percentile: always a time that was measured.
  const at = (share: number) => Math.round((times[Math.ceil(times.length * share) - 1] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}

function windows(samples: readonly Sample[], marks: readonly Mark[], seconds: (at: number) => number): Window[] {
  return marks.flatMap((mark, index) => {
    if (mark.version === undefined) return [];
    const before = marks[index - 1];
    const begin = (before !== undefined && before.version === undefined ? before.at : mark.at) - MARGIN;
    const end = mark.at + MARGIN;
    const inside = samples.filter(({ due }) => due >= begin && due <= end);
    const { label } = mark;
    return [{ label, from: seconds(begin), to: seconds(end), requests: inside.length, latency: latency(inside) }];
  });
}
