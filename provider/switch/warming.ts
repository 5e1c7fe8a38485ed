import picomatch from "picomatch";
import type { WarmPattern } from "../opcache/answer.ts";
import { type Surveyed, surveyCaches } from "../opcache/surveyCaches.ts";
import { type WarmReport, warmCaches } from "../opcache/warm.ts";
import type { OpcacheWay } from "../opcache/way.ts";
import type { Answer } from "../transport/conversation.ts";
import type { Transport } from "../transport/transport.ts";
import { frontOf } from "./front.ts";
import type { SwitchPlan } from "./plan.ts";
import { poolsOf } from "./pools.ts";
import { askAgain, askWarmUrls } from "./warmUrls.ts";

/** What the warming of one switch works with. */
export interface Warming {
  readonly transport: Transport;
  readonly plan: SwitchPlan;
  readonly ways: readonly OpcacheWay[];
  /** Where host/opcache.php lies on the host. */
  readonly scriptPath: string;
  progress(status: string): void;
}

/** How long the look into the caches may take, in seconds; a pool whose children are all busy lets it wait. */
const SURVEY_SECONDS = 15;

/** Looks into the caches before the switch; may go on beside the smoke, since it changes nothing. */
export function survey({ plan, ways }: Warming, said: Answer): Promise<readonly Surveyed[]> {
  const { policy, via, warm, warmTimeout } = plan.opcache;
  // An endpoint that can only reset would do so at any question: it is asked once, where the policy is to find out what it can.
  if (policy === "none" || (via === "http" && policy !== "auto")) return Promise.resolve([]);
  return surveyCaches(ways, {
    releasesDir: `${plan.site.deployPath}/releases`,
    version: plan.version,
    live: policy === "auto" ? liveOf(said) : undefined,
    former: formerOf(said),
    warm: policy === "auto" ? warm.map(warmPattern) : [],
    seconds: Math.min(SURVEY_SECONDS, warmTimeout),
  });
}

/** What was found before. */
export interface Found {
  readonly caches: readonly Surveyed[];
  /** Whether the smoke has asked the release, and compiled what it needs. */
  readonly smoked: boolean;
}

/** Makes the caches ready for the plan's version, which nobody serves yet. */
export async function warm(
  { transport, plan, scriptPath, progress }: Warming,
  said: Answer,
  { caches, smoked }: Found,
  over: AbortSignal,
): Promise<WarmReport> {
  const { policy, warmTimeout, warmUrls, whenFull } = plan.opcache;
  const wish = { deadline: performance.now() + warmTimeout * 1000, over, progress };
  const pools = poolsOf(plan, said);
  const target = {
    releasesDir: `${plan.site.deployPath}/releases`,
    version: plan.version,
    live: liveOf(said),
    former: formerOf(said),
    otherPools: said.facts.get("front") === "index.php" ? otherPools(pools, said) : [],
    whenFull,
    compiles: policy === "auto",
  };
  const report = await warmCaches(caches, target, wish);
  if (policy !== "auto" || report.refused !== undefined) return report;
  const [pool] = pools;
  if (pool === undefined || said.facts.get("front") !== "index.php")
    return warmUrls.length === 0 ? report : { ...report, notes: [NO_FRONT] };
  const front = frontOf(plan, pool, scriptPath);
  // A reset takes along what the smoke beside the survey had compiled.
  const isLost = smoked && report.places.some(({ reset }) => reset === "done") && plan.smoke.method === "GET";
  const again = isLost ? await askAgain(transport, front, plan.smoke, wish) : [];
  return { ...report, notes: [...again, ...(await askWarmUrls(transport, front, warmUrls, wish))] };
}

const NO_FRONT = "opcache.warmUrls were not asked: they need a front controller and a pool that can be reached";

/** A glob as PHP's regular expressions have it too: picomatch writes none of what only JavaScript knows. */
export function warmPattern(glob: string): WarmPattern {
  const { base } = picomatch.scan(glob);
  return { base: base === "." ? "" : base, pattern: picomatch.makeRe(glob).source };
}

function liveOf({ facts }: Answer): string | undefined {
  return facts.get("live") || facts.get("previous") || undefined;
}

function formerOf({ facts }: Answer): string | undefined {
  return facts.get("former") || undefined;
}

function otherPools(pools: readonly string[], said: Answer): readonly string[] {
  return (said.texts.get("pool") ?? []).filter((found) => !pools.includes(found));
}
