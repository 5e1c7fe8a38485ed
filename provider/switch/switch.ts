import { clearOpcache, type OpcacheReport } from "../opcache/clear.ts";
import { opcacheScript } from "../opcache/script.ts";
import { alreadyReset } from "../opcache/warm.ts";
import { waysOf } from "../opcache/ways.ts";
import { toldSeconds } from "../progress.ts";
import { ownDir } from "../site.ts";
import { type Answer, converse } from "../transport/conversation.ts";
import { garbled } from "../transport/garbled.ts";
import { hostScript, type ScriptInputs } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";
import { switchError } from "./failures.ts";
import { newRun, switchInputs } from "./inputs.ts";
import { opcacheLine } from "./opcacheReport.ts";
import type { SwitchPlan } from "./plan.ts";
import { poolsOf } from "./pools.ts";
import { describe, switchWarnings } from "./report.ts";
import type { SwitchContext, SwitchResult } from "./result.ts";
import { Trials } from "./trials.ts";

/**
 * Moves traffic to the plan's version, or restores what was and throws. The host's script is in charge; this side lets it try the
 * release, probes the switched site, and says "commit".
 */
export async function switchTo(
  transport: Transport,
  plan: SwitchPlan,
  context: SwitchContext,
  progress: (status: string) => void,
): Promise<SwitchResult> {
  const start = performance.now();
  const opcache = opcacheScript();
  const scriptPath = `${ownDir(plan.site.deployPath)}/${opcache.name}`;
  const run = newRun();
  const trials = new Trials(transport, plan, { nonce: run.nonce, scriptPath }, progress);
  const answer = await talk(transport, plan, switchInputs(plan, context, run, opcache), trials, progress);
  if (answer.failure !== undefined) {
    throw switchError({
      plan,
      answer,
      host: transport.host,
      user: transport.user,
      ...(trials.seen !== undefined && { seen: trials.seen }),
    });
  }
  if (answer.outcome === "switched" && trials.probe?.ok !== true)
    throw garbled(transport.host, "it says that it has switched, and waited for no probe");
  const left = answer.outcome === "switched" ? undrained(plan, answer) : undefined;
  const cleared =
    answer.outcome === "switched" && left === undefined
      ? await clear(transport, plan, answer, scriptPath, trials, progress)
      : undefined;
  const opcacheDone = { warm: trials.warm, cleared, ...(left !== undefined && { left }) };
  const previous = previousVersion(answer);
  const report = describe(plan, answer, trials, opcacheDone, (performance.now() - start) / 1000);
  const line = opcacheLine(report);
  if (line !== undefined) progress(line);
  return {
    ...(previous !== undefined && { previousVersion: previous }),
    report,
    warnings: switchWarnings(plan, answer, trials, opcacheDone),
  };
}

// Once the host has committed, a lost connection takes nothing back: only the end of the drain is not heard.
async function talk(
  transport: Transport,
  plan: SwitchPlan,
  inputs: ScriptInputs,
  trials: Trials,
  progress: (status: string) => void,
): Promise<Answer> {
  let committed = false;
  try {
    return await converse(transport, hostScript("switch"), inputs, {
      outcomes: ["switched", "unchanged"],
      patience: patienceFor(plan),
      step: (name, detail) => {
        committed ||= name === "committed";
        progress(stepText(name, detail));
      },
      ask: (name, said, over) => trials.answer(name, said, over),
    });
  } catch (error) {
    if (!committed || trials.said === undefined || trials.probe?.ok !== true) throw error;
    return { outcome: "switched", ...trials.said };
  }
}

// A switch reads no release: what it does between two words takes no longer than nginx's own test and reload.
const WORK_SECONDS = 600;

/** How long the host may be silent: it may have to restore under a lock of its own, with a reload of its own. */
function patienceFor({ lockTimeout, reloadTimeout, drainTimeout, nginx, opcache }: SwitchPlan): number {
  const warm = opcache.policy === "none" ? 0 : opcache.warmTimeout;
  return WORK_SECONDS + 2 * (lockTimeout + reloadTimeout + 2 * nginx.timeout) + drainTimeout + warm;
}

/**
 * Why old code stays in opcache: what old workers still run would be compiled again at once; the next switch finds it, and takes it out.
 * Without a reload no drain is ever seen, and nothing would leave: what goes is of versions before the one that was just left.
 */
function undrained({ opcache, strategy }: SwitchPlan, { facts }: Answer): string | undefined {
  const leaves = opcache.policy === "auto" || opcache.policy === "invalidate";
  const isOver = facts.get("drained") === "yes" || strategy === "symlink";
  return leaves && !isOver ? "left for the next switch: the drain was not seen" : undefined;
}

async function clear(
  transport: Transport,
  plan: SwitchPlan,
  answer: Answer,
  scriptPath: string,
  { warm }: Trials,
  progress: (status: string) => void,
): Promise<OpcacheReport | undefined> {
  const { policy } = plan.opcache;
  const ways = waysOf(transport, plan.opcache, poolsOf(plan, answer), scriptPath);
  if (policy === "none" || ways.length === 0) return undefined;
  progress("clearing opcache");
  const target = {
    policy,
    releasesDir: `${plan.site.deployPath}/releases`,
    keep: [plan.version, previousVersion(answer)].filter((version) => version !== undefined),
    seconds: OPCACHE_SECONDS,
  };
  return clearOpcache(warm === undefined ? ways : alreadyReset(ways, warm), target, (waited) =>
    progress(`opcache's reset waits for a request in flight, ${waited} s`),
  );
}

const OPCACHE_SECONDS = 30;

function previousVersion(answer: Answer): string | undefined {
  const version = answer.facts.get("previous");
  return version === "" ? undefined : version;
}

/** A step of the host's script for the live tree. */
export function stepText(name: string, detail: string): string {
  switch (name) {
    case "waiting": {
      const [seconds = "", ...holder] = detail.split(" ");
      return `waiting ${toldSeconds(seconds)} s for ${holder.join(" ")}`;
    }
    case "smoke":
      return "trying the release";
    case "testing":
      return "testing nginx's configuration";
    case "switching":
      return `switching to ${detail}`;
    case "restoring":
      return detail === "" ? "restoring what was there" : `restoring ${detail}`;
    case "recovering":
      return `recovering from an interrupted switch to ${detail}`;
    case "draining":
      return `draining, ${toldSeconds(detail)} s`;
    default:
      return name;
  }
}
