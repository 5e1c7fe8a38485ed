import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import type { Failure } from "../errors.ts";
import type { Surveyed } from "../opcache/surveyCaches.ts";
import type { WarmReport } from "../opcache/warm.ts";
import { waysOf } from "../opcache/ways.ts";
import type { Answer } from "../transport/conversation.ts";
import type { Transport } from "../transport/transport.ts";
import { frontOf } from "./front.ts";
import { withWords } from "./lastAnswer.ts";
import type { SwitchPlan } from "./plan.ts";
import { poolsOf, unknownPool } from "./pools.ts";
import { askOnce, probe } from "./probe.ts";
import { type SmokeResult, smoke } from "./smoke.ts";
import { type Trace, trace } from "./trace.ts";
import type { ProbeAnswer, ProbeResult } from "./verdict.ts";
import { survey, type Warming, warm } from "./warming.ts";

type Seen = Pick<Failure, "observed" | "expected" | "next">;

/** Less than what the host waits longer (inputs.ts). */
const WARM_GRACE_SECONDS = 10;

/** What the client tries while the host waits for its word: the release before the switch, the site after it. */
export class Trials {
  smoke: SmokeResult | undefined;
  probe: ProbeResult | undefined;
  trace: Trace | undefined;
  warm: WarmReport | undefined;
  /** What the host had told when it last waited. */
  said: Answer | undefined;
  /** Why the last trial failed. */
  seen: Seen | undefined;
  readonly #transport: Transport;
  readonly #plan: SwitchPlan;
  readonly #nonce: string;
  readonly #scriptPath: string;
  readonly #progress: (status: string) => void;
  #before: ProbeAnswer | undefined;
  #warming: Promise<WarmReport> | undefined;

  /** `nonce` is the run's, `scriptPath` is where host/opcache.php lies on the host. */
  constructor(
    transport: Transport,
    plan: SwitchPlan,
    { nonce, scriptPath }: { readonly nonce: string; readonly scriptPath: string },
    progress: (status: string) => void,
  ) {
    this.#transport = transport;
    this.#plan = plan;
    this.#nonce = nonce;
    this.#scriptPath = scriptPath;
    this.#progress = progress;
  }

  /** The word that the host waits for. */
  answer(name: string, said: Answer, over: AbortSignal): Promise<string> {
    this.said = said;
    if (name === "warm") return this.#awaitWarm();
    return name === "smoke" ? this.#trySmoke(said, over) : this.#tryProbe(said, over);
  }

  async #trySmoke(said: Answer, over: AbortSignal): Promise<string> {
    // The default rule compares with the site as it is now; asking costs no time beside the smoke, nor does a look into the caches.
    const wantsBefore = this.#plan.probe.expectStatus.length === 0 && servesSomething(said);
    // The look is asked first, so that little of what the smoke compiles is taken for what was there.
    const [caches, result, before] = await Promise.all([
      survey(this.#tools(said), said),
      this.#smoke(said),
      wantsBefore ? askOnce(this.#transport, this.#plan.probe, undefined, over) : undefined,
    ]);
    this.smoke = result;
    this.#before = before;
    if (result.outcome !== "failed") {
      // Not waited for: the host's question comes back while it goes on. Where all is warm, no question is needed.
      this.#warming = this.#warm(said, caches, over, result.outcome === "passed");
      this.warm = await Promise.race([this.#warming, immediate(undefined)]);
      return this.warm === undefined || this.warm.refused !== undefined ? "warming" : "go";
    }
    const { observed, expected, php, last, next } = result;
    this.seen = { observed: withWords(observed, [...php, last]), expected, ...(next !== undefined && { next }) };
    return "abort smoke";
  }

  async #awaitWarm(): Promise<string> {
    const late = this.#plan.opcache.warmTimeout + WARM_GRACE_SECONDS;
    const timer = new AbortController();
    // A late warming costs speed; a word that the host does not get in time costs the switch.
    this.warm = await Promise.race([
      this.#warming,
      sleep(late * 1000, undefined, { ref: false, signal: timer.signal }).then(() => ({
        places: [],
        notes: [`no end after ${late} s`],
      })),
    ]).finally(() => timer.abort());
    const refused = this.warm?.refused;
    if (refused === undefined) return "go";
    this.seen = refused;
    return "abort warm";
  }

  #warm(said: Answer, caches: readonly Surveyed[], over: AbortSignal, smoked: boolean): Promise<WarmReport> {
    const warming = warm(this.#tools(said), said, { caches, smoked }, over);
    warming.catch(() => {}); // whoever waits for it is told
    return warming;
  }

  #tools(said: Answer): Warming {
    const plan = this.#plan;
    const ways = waysOf(this.#transport, plan.opcache, poolsOf(plan, said), this.#scriptPath);
    const progress = this.#progress;
    return { transport: this.#transport, plan, ways, scriptPath: this.#scriptPath, progress };
  }

  async #smoke(said: Answer): Promise<SmokeResult> {
    const plan = this.#plan;
    const found = said.facts.get("front");
    const pools = poolsOf(plan, said);
    const pool = pools[0];
    if (found !== "index.php")
      return { outcome: "skipped", why: found === "none" ? "no front controller" : `${found} is the front controller` };
    if (pool === undefined) return unknownPool(this.#transport.user, said);
    return smoke(this.#transport, frontOf(plan, pool, this.#scriptPath), plan.smoke);
  }

  async #tryProbe(said: Answer, over: AbortSignal): Promise<string> {
    const traced = said.facts.get("trace");
    if (traced !== undefined) {
      this.#progress("asking whether requests resolve through current");
      this.trace = await trace(this.#transport, this.#plan, traced, this.#nonce, over);
      this.seen = this.trace.failed;
      if (this.seen !== undefined) return "abort trace";
    }
    const result = await probe(this.#transport, this.#plan.probe, this.#before, this.#progress, over);
    this.probe = result;
    if (result.ok) return "commit";
    const { observed, expected, last, next } = result;
    this.seen = { observed: withWords(observed, [last]), expected, ...(next && { next }) };
    return "abort probe";
  }
}

// The placeholder's own 404 excuses nobody.
function servesSomething(said: Answer): boolean {
  const before = said.facts.get("served-before") ?? "";
  return before !== "" && !/(^|\/)\.site-release\/empty$/.test(before);
}
