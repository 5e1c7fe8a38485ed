import { setTimeout as sleep } from "node:timers/promises";
import { SiteReleaseError } from "../errors.ts";
import { askHttp } from "../transport/http.ts";
import { localTransport } from "../transport/local.ts";
import { NoAnswer } from "../transport/tls.ts";
import type { Transport } from "../transport/transport.ts";
import type { ProbePlan } from "./plan.ts";
import { probeProgress } from "./probeProgress.ts";
import { judge, type ProbeAnswer, type ProbeResult, result, seconds } from "./verdict.ts";

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
  const tell = probeProgress(plan, progress);
  let good = 0;
  for (let row = 0; ; ) {
    const left = plan.timeout - elapsed();
    const answer = await askOnce(transport, plan, Math.min(left, requestTimeout(plan)), signal);
    // A request that only the end of the whole time cut off says nothing of the site: the one before it does.
    const cutOff = "error" in answer && elapsed() >= plan.timeout - TIMER_SLACK && answers.length > 0;
    if (!cutOff) answers.push(answer);
    const why = judge(plan, before, answer);
    row = why === undefined ? row + 1 : 0;
    good += why === undefined ? 1 : 0;
    if (!cutOff) tell(answer, row, why);
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
  const from = plan.url === undefined ? transport : localTransport();
  try {
    return await askHttp(from, plan, signal === undefined ? late : AbortSignal.any([late, signal]));
  } catch (error) {
    if (signal?.aborted) throw error;
    if (late.aborted) return { error: `no answer within ${seconds(timeoutSeconds)} s` };
    if (error instanceof SiteReleaseError) {
      const { observed, next } = error.failure;
      const advice = next === undefined ? {} : { next };
      return { error: observed, ...advice, ...(error.reason === FORBIDDEN && { hopeless: true }) };
    }
    const next = error instanceof NoAnswer ? error.next : undefined;
    return { error: error instanceof Error ? error.message : String(error), ...(next !== undefined && { next }) };
  }
}

// Milliseconds are rounded, and a timer of Node may fire one of them early.
const TIMER_SLACK = 0.005;

/** The transport's reason when the host lets no connection through at all. */
const FORBIDDEN = "forward-forbidden";

// One request that hangs must leave time for others, and a cold page may take its time.
function requestTimeout(plan: ProbePlan): number {
  return Math.min(plan.timeout, Math.max(5, plan.timeout / 3));
}
