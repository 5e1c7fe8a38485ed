import { SiteReleaseError } from "../errors.ts";
import { excerpt } from "../excerpt.ts";
import { diagnosePool } from "../opcache/pool.ts";
import { phpRefusal } from "../opcache/refusal.ts";
import type { PoolAnswer } from "../opcache/request.ts";
import { rootDir } from "../site.ts";
import type { Transport } from "../transport/transport.ts";
import { askFront, type Front } from "./front.ts";
import { lastAnswer } from "./lastAnswer.ts";
import type { SmokePlan } from "./plan.ts";

/** What the release answered before anybody saw it. */
export type SmokeResult =
  | {
      readonly outcome: "passed";
      readonly status: number;
      readonly seconds: number;
      /** How the pool was reached, where not as usual. */
      readonly detour?: string;
    }
  /** Nothing was tried, and nothing needs to be. */
  | { readonly outcome: "skipped"; readonly why: string }
  /** The pool cannot be reached: the release was not tried, for want of the right in `next`. */
  | { readonly outcome: "unreachable"; readonly why: string; readonly next: string }
  | ({ readonly outcome: "failed" } & SmokeFailure);

export interface SmokeFailure {
  /** As in "GET / answered 500". */
  readonly observed: string;
  /** As in "a status below 500". */
  readonly expected: string;
  /** What PHP said of it: the lines of its error log that php-fpm handed on. */
  readonly php: readonly string[];
  /** As a probe's. */
  readonly last: string;
  readonly next?: string;
}

const TIMEOUT_SECONDS = 30;

/** Runs the front controller of a release straight through php-fpm, before nginx knows of the release. */
export async function smoke(
  transport: Transport,
  front: Front,
  plan: SmokePlan,
  timeoutSeconds: number = TIMEOUT_SECONDS,
): Promise<SmokeResult> {
  const { pool, site, version } = front;
  const { method, path } = plan;
  const start = performance.now();
  try {
    const answer = await askFront(transport, front, plan, timeoutSeconds);
    const failure = judge(plan, `${rootDir(site, version)}/index.php`, answer);
    if (failure !== undefined) return { outcome: "failed", ...failure };
    const { status, detour } = answer;
    const took = (performance.now() - start) / 1000;
    return { outcome: "passed", status, seconds: took, ...(detour !== undefined && { detour }) };
  } catch (error) {
    if (!(error instanceof SiteReleaseError)) throw error;
    if (error.reason === "pool-unreachable")
      return { outcome: "unreachable", ...(await diagnosePool(transport, pool)) };
    if (!error.reason.startsWith("php-")) throw error;
    const { observed, next } = error.failure;
    const failure = { observed: `${method} ${path}: ${observed}`, expected: expected(plan), php: [], last: "" };
    return { outcome: "failed", ...failure, ...(next !== undefined && { next }) };
  }
}

/** Why an answer is not good; undefined when it is. */
export function judge(
  plan: SmokePlan,
  scriptFilename: string,
  answer: Pick<PoolAnswer, "status" | "body" | "stderr">,
): SmokeFailure | undefined {
  const { status } = answer;
  const body = answer.body.toString("utf8");
  const refusal = phpRefusal(answer, scriptFilename);
  const php = phpLines(answer.stderr);
  const failed = (what: string): SmokeFailure => ({
    observed: `${plan.method} ${plan.path} ${what}`,
    expected: expected(plan),
    php,
    last: lastAnswer(status, body),
  });
  // php-fpm's own body says less.
  if (refusal !== undefined) return { ...failed(`answered ${status}: ${refusal.why}`), last: "", next: refusal.next };
  const wanted = plan.expectStatus.length > 0 ? plan.expectStatus.includes(status) : status < 500;
  if (!wanted) return failed(`answered ${status}`);
  // With display_errors on, PHP answers 200 to a script that died.
  const fatal = php.find((line) => /^PHP (?:Fatal|Parse) error:/.test(line));
  if (plan.expectStatus.length === 0 && fatal !== undefined) return failed(`answered ${status}, but the script died`);
  if (plan.expectBody !== undefined && !new RegExp(plan.expectBody).test(body))
    return failed(`answered ${status} with a body that does not match ${plan.expectBody}`);
  return undefined;
}

function expected(plan: SmokePlan): string {
  const status = plan.expectStatus.length > 0 ? plan.expectStatus.join(" or ") : "a status below 500";
  return plan.expectBody === undefined ? status : `${status} and a body that matches ${plan.expectBody}`;
}

const MOST_LINES = 5;
const LONGEST_LINE = 500;

/** PHP's own words from what php-fpm handed on; one message may have several lines (a stack trace), of which the first says most. */
export function phpLines(stderr: string): readonly string[] {
  return stderr
    .split(/PHP message: |\n/)
    .map((line) => line.trim().replace(/; $|;$/, ""))
    .filter((line) => line !== "")
    .slice(0, MOST_LINES)
    .map((line) => excerpt(line, LONGEST_LINE));
}
