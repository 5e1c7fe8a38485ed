import { excerpt } from "../excerpt.ts";
import type { HttpAnswer } from "../transport/http.ts";
import { lastAnswer } from "./lastAnswer.ts";
import type { ProbePlan } from "./plan.ts";

/** How the site answered one request, or why there is no answer. */
export type ProbeAnswer =
  | HttpAnswer
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
  /** The last answer in words, as in `502: Bad Gateway`; empty where the status is all. */
  readonly last: string;
  readonly next?: string;
  /** How the host was reached, where not as usual. */
  readonly detour?: string;
}

/** Why an answer is not good; undefined when it is. */
export function judge(plan: ProbePlan, before: ProbeAnswer | undefined, answer: ProbeAnswer): string | undefined {
  if ("error" in answer) return answer.error;
  const bad =
    plan.expectStatus.length > 0
      ? !plan.expectStatus.includes(answer.status)
      : kind(answer) !== undefined && (before === undefined || kind(before) !== kind(answer));
  if (bad) return `answered ${answer.status}`;
  const header = judgeHeaders(plan, answer);
  if (header !== undefined) return `answered ${answer.status} ${header}`;
  if (plan.expectBody !== undefined && !new RegExp(plan.expectBody).test(answer.body))
    return `answered ${answer.status} with a body that does not match ${plan.expectBody}`;
  return undefined;
}

const LONGEST_VALUE = 100;

function judgeHeaders({ expectHeaders }: ProbePlan, { headers }: HttpAnswer): string | undefined {
  for (const [name, pattern] of Object.entries(expectHeaders)) {
    const value = headers[name.toLowerCase()];
    if (value === undefined) return `without the header ${name}`;
    if (!new RegExp(pattern).test(value))
      return `with ${name}: ${excerpt(value, LONGEST_VALUE)}, which does not match ${pattern}`;
  }
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
  const wishes = Object.entries(plan.expectHeaders).map(([name, pattern]) => `${name} that matches ${pattern}`);
  if (plan.expectBody !== undefined) wishes.push(`a body that matches ${plan.expectBody}`);
  const more = wishes.length === 0 ? "" : ` with ${wishes.join(" and ")}`;
  return `${status}${more}${plan.count > 1 ? `, ${plan.count} times in a row` : ""}`;
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
  const request = `${plan.method} ${target(plan)}`;
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
    last: last === undefined ? "" : "error" in last ? last.error : lastAnswer(last.status, last.body),
    ...(last !== undefined && "error" in last && last.next !== undefined && { next: last.next }),
    ...(last !== undefined && "detour" in last && last.detour !== undefined && { detour: last.detour }),
  };
}

/** What is asked for, as a person would say it. */
function target({ url, path }: ProbePlan): string {
  return url === undefined ? path : url.replace(/\?.*/, "?…");
}

export function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** As in "0.4" or "30". */
export function seconds(value: number): string {
  return value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}
