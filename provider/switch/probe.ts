import { setTimeout as sleep } from "node:timers/promises";
import { SiteReleaseError } from "../errors.ts";
import { excerpt } from "../excerpt.ts";
import { askHttp } from "../transport/http.ts";
import type { Transport } from "../transport/transport.ts";
import type { ProbePlan } from "./plan.ts";

/** How nginx answered one request, or why there is no answer. */
export type ProbeAnswer =
  | { readonly status: number; readonly body: string }
  | {
      readonly error: string;
      /** What a person can do about it, where the transport knows. */
      readonly next?: string;
      /** Whether another try would meet the same. */
      readonly hopeless?: true;
    };

/** What all requests of a probe came to. */
export interface ProbeResult {
  readonly ok: boolean;
  readonly requests: number;
  /** How many of them were good. */
  readonly good: number;
  readonly seconds: number;
  /** As in "GET /up answered 502 for 30 s". */
  readonly observed: string;
  /** As in "200". */
  readonly expected: string;
  /** The last answer in words, as in `502: <html>…`. */
  readonly last: string;
  readonly next?: string;
}

/**
 * Asks until `count` answers in a row are good, or the time is over. `before` is how the site answered before the switch: the
 * default rule forgives what was no better then.
 */
export async function probe(
  transport: Transport,
  plan: ProbePlan,
  before: ProbeAnswer | undefined,
  progress: (text: string) => void,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const answers: ProbeAnswer[] = [];
  let good = 0;
  for (let row = 0; ; ) {
    progress(`probing ${row}/${plan.count}`);
    const left = plan.timeout - elapsed();
    const answer = await askOnce(transport, plan, Math.min(left, requestTimeout(plan)), signal);
    // A request that only the end of the whole time cut off says nothing of the site: the one before it does.
    const cutOff = "error" in answer && elapsed() >= plan.timeout && answers.length > 0;
    if (!cutOff) answers.push(answer);
    const well = judge(plan, before, answer) === undefined;
    row = well ? row + 1 : 0;
    good += well ? 1 : 0;
    const over = elapsed() + plan.interval >= plan.timeout || ("error" in answer && answer.hopeless);
    if (row >= plan.count || over)
      return result(plan, before, { answers, good, seconds: elapsed(), ok: row >= plan.count });
    await sleep(plan.interval * 1000, undefined, { ...(signal !== undefined && { signal }) });
  }
}

/** One request on a fresh connection; only an abort rejects. */
export async function askOnce(
  transport: Transport,
  plan: ProbePlan,
  timeoutSeconds: number = requestTimeout(plan),
  signal?: AbortSignal,
): Promise<ProbeAnswer> {
  const late = AbortSignal.timeout(Math.max(1, Math.round(timeoutSeconds * 1000)));
  try {
    return await askHttp(transport, plan, signal === undefined ? late : AbortSignal.any([late, signal]));
  } catch (error) {
    if (signal?.aborted) throw error;
    if (late.aborted) return { error: `no answer within ${seconds(timeoutSeconds)} s` };
    if (error instanceof SiteReleaseError) {
      const { observed, next } = error.failure;
      const advice = next === undefined ? {} : { next };
      return { error: observed, ...advice, ...(error.reason === FORBIDDEN && { hopeless: true }) };
    }
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** The transport's reason when the host lets no connection through at all. */
const FORBIDDEN = "forward-forbidden";

// One request that hangs must leave time for others, and a cold page may take its time.
function requestTimeout(plan: ProbePlan): number {
  return Math.min(plan.timeout, Math.max(5, plan.timeout / 3));
}

/** Why an answer is not good; undefined when it is. */
export function judge(plan: ProbePlan, before: ProbeAnswer | undefined, answer: ProbeAnswer): string | undefined {
  if ("error" in answer) return answer.error;
  const bad =
    plan.expectStatus.length > 0
      ? !plan.expectStatus.includes(answer.status)
      : kind(answer) !== undefined && (before === undefined || kind(before) !== kind(answer));
  if (bad) return `answered ${answer.status}`;
  if (plan.expectBody !== undefined && !new RegExp(plan.expectBody).test(answer.body))
    return `answered ${answer.status} with a body that does not match ${plan.expectBody}`;
  return undefined;
}

/** The kinds of answer that nobody wants of a new release, unless the old one gave the same. */
function kind(answer: ProbeAnswer): string | undefined {
  if ("error" in answer) return undefined;
  if (answer.status >= 500) return "5xx";
  return answer.status === 403 || answer.status === 404 ? String(answer.status) : undefined;
}

/** What the plan wants, in words. */
export function expected(plan: ProbePlan): string {
  const status =
    plan.expectStatus.length > 0
      ? plan.expectStatus.join(" or ")
      : "neither 403, 404 nor 5xx (unless it was so before)";
  const body = plan.expectBody === undefined ? "" : ` with a body that matches ${plan.expectBody}`;
  return `${status}${body}${plan.count > 1 ? `, ${plan.count} times in a row` : ""}`;
}

interface Course {
  readonly answers: readonly ProbeAnswer[];
  readonly good: number;
  readonly seconds: number;
  readonly ok: boolean;
}

/** Tells a probe's course in words. */
export function result(plan: ProbePlan, before: ProbeAnswer | undefined, course: Course): ProbeResult {
  const last = course.answers.at(-1);
  const whys = course.answers.map((answer) => judge(plan, before, answer));
  const bad = whys.filter((why) => why !== undefined).at(-1);
  const many = new Set(whys).size > 1;
  const request = `${plan.method} ${plan.path}`;
  const why =
    bad === undefined || bad.startsWith("answered ")
      ? (bad ?? `answered well only ${times(course.good)}`)
      : `got no answer: ${bad}`;
  const tally = many ? ` last, and well in ${course.good} of ${course.answers.length} requests,` : "";
  return {
    ok: course.ok,
    requests: course.answers.length,
    good: course.good,
    seconds: course.seconds,
    observed: course.ok
      ? `${request} answered well`
      : `${request} ${why}${tally} ${bad === undefined ? "in" : "for"} ${seconds(course.seconds)} s`,
    expected: expected(plan),
    last: last === undefined ? "" : "error" in last ? last.error : `${last.status}: ${excerpt(last.body)}`,
    ...(last !== undefined && "error" in last && last.next !== undefined && { next: last.next }),
  };
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function seconds(value: number): string {
  return value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}
