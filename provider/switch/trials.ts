import type { Failure } from "../errors.ts";
import { poolAddress } from "../opcache/pool.ts";
import { placeholderRoot } from "../site.ts";
import type { Answer } from "../transport/conversation.ts";
import type { Transport } from "../transport/transport.ts";
import type { SwitchPlan } from "./plan.ts";
import { askOnce, type ProbeAnswer, type ProbeResult, probe } from "./probe.ts";
import { type SmokeResult, smoke } from "./smoke.ts";

type Seen = Pick<Failure, "observed" | "expected" | "next">;

/** What the client tries while the host waits for its word: the release before the switch, the site after it. */
export class Trials {
  smoke: SmokeResult | undefined;
  probe: ProbeResult | undefined;
  /** What the host had told when it last waited. */
  said: Answer | undefined;
  /** Why the last trial failed. */
  seen: Seen | undefined;
  readonly #transport: Transport;
  readonly #plan: SwitchPlan;
  readonly #progress: (status: string) => void;
  #before: ProbeAnswer | undefined;

  constructor(transport: Transport, plan: SwitchPlan, progress: (status: string) => void) {
    this.#transport = transport;
    this.#plan = plan;
    this.#progress = progress;
  }

  /** The word that the host waits for. */
  answer(name: string, said: Answer, over: AbortSignal): Promise<string> {
    this.said = said;
    return name === "smoke" ? this.#trySmoke(said, over) : this.#tryProbe(over);
  }

  async #trySmoke(said: Answer, over: AbortSignal): Promise<string> {
    // The default rule compares with the site as it is now; asking costs no time beside the smoke.
    const wantsBefore = this.#plan.probe.expectStatus.length === 0 && servesSomething(this.#plan, said);
    const [result, before] = await Promise.all([
      this.#smoke(said),
      wantsBefore ? askOnce(this.#transport, this.#plan.probe, undefined, over) : undefined,
    ]);
    this.smoke = result;
    this.#before = before;
    if (result.outcome !== "failed") return "go";
    const php = result.php.length > 0 ? ` (${result.php.join("; ")})` : "";
    const { expected, next } = result;
    this.seen = { observed: `${result.observed}${php}`, expected, ...(next !== undefined && { next }) };
    return "abort smoke";
  }

  async #smoke(said: Answer): Promise<SmokeResult> {
    const plan = this.#plan;
    const front = said.facts.get("front");
    const pools = poolsOf(plan, said);
    const pool = pools[0];
    if (front !== "index.php")
      return { outcome: "skipped", why: `${front === "none" ? "no" : front} front controller` };
    if (pool === undefined) return unknownPool(this.#transport.user, said);
    return smoke(this.#transport, poolAddress(pool), plan.site, plan.version, plan.smoke, true);
  }

  async #tryProbe(over: AbortSignal): Promise<string> {
    const result = await probe(this.#transport, this.#plan.probe, this.#before, this.#progress, over);
    this.probe = result;
    if (result.ok) return "commit";
    const { observed, expected, last, next } = result;
    // A status alone was said already.
    const shown = /^\d+: $/.test(last) || last === "" ? observed : `${observed} (${last})`;
    this.seen = { observed: shown, expected, ...(next && { next }) };
    return "abort probe";
  }
}

// The placeholder's own 404 excuses nobody.
function servesSomething({ site }: SwitchPlan, said: Answer): boolean {
  const [state, root] = (said.facts.get("include-before") ?? "").split(" ");
  return state !== "missing" && root !== placeholderRoot(site.deployPath);
}

/** The pools that the plan names, or the one that the host found. */
export function poolsOf(plan: SwitchPlan, said: Answer): readonly string[] {
  if (plan.pools.length > 0) return plan.pools;
  const found = said.texts.get("pool") ?? [];
  return found.length === 1 ? found : [];
}

function unknownPool(user: string, said: Answer): SmokeResult {
  const found = said.texts.get("pool") ?? [];
  if (found.length > 1) {
    return {
      outcome: "unreachable",
      why: `${user} can write several php-fpm sockets (${found.join(", ")})`,
      next: "Name the site's own in `pools`",
    };
  }
  return {
    outcome: "unreachable",
    why: `${user} can write no php-fpm socket in /run/php`,
    next: `If the site's lies elsewhere, name it in \`pools\`; else let ${user} write it, as root: usermod --append --groups www-data ${user}`,
  };
}
