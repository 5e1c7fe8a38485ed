import { clearOpcache } from "../opcache/clear.ts";
import { opcacheScript } from "../opcache/script.ts";
import { ownDir } from "../site.ts";
import { type Answer, converse } from "../transport/conversation.ts";
import { hostScript, type ScriptInputs } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";
import { switchError } from "./failures.ts";
import { newRun, switchInputs } from "./inputs.ts";
import type { SwitchPlan } from "./plan.ts";
import { describe, switchWarnings } from "./report.ts";
import type { SwitchContext, SwitchResult } from "./result.ts";
import { poolsOf, Trials } from "./trials.ts";

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
  const trials = new Trials(transport, plan, progress);
  const answer = await talk(transport, switchInputs(plan, context, newRun(), opcache), trials, progress);
  if (answer.failure !== undefined) {
    throw switchError({
      plan,
      answer,
      host: transport.host,
      user: transport.user,
      ...(trials.seen !== undefined && { seen: trials.seen }),
    });
  }
  const cleared =
    answer.outcome === "switched" ? await clear(transport, plan, answer, opcache.name, progress) : undefined;
  const previous = previousVersion(answer);
  return {
    ...(previous !== undefined && { previousVersion: previous }),
    report: describe(answer, trials, cleared, (performance.now() - start) / 1000),
    warnings: switchWarnings(answer, trials, cleared),
  };
}

// Once the host has committed, a lost connection takes nothing back: only the end of the drain is not heard.
async function talk(
  transport: Transport,
  inputs: ScriptInputs,
  trials: Trials,
  progress: (status: string) => void,
): Promise<Answer> {
  let committed = false;
  try {
    return await converse(transport, hostScript("switch"), inputs, {
      step: (name, detail) => {
        committed ||= name === "committed";
        progress(stepText(name, detail));
      },
      ask: (name, said, over) => trials.answer(name, said, over),
    });
  } catch (error) {
    if (!committed || trials.said === undefined) throw error;
    return { outcome: "switched", ...trials.said };
  }
}

async function clear(
  transport: Transport,
  plan: SwitchPlan,
  answer: Answer,
  scriptName: string,
  progress: (status: string) => void,
) {
  const { deployPath } = plan.site;
  const pools = poolsOf(plan, answer);
  if (plan.opcache.policy === "none" || (plan.opcache.via === "fastcgi" && pools.length === 0)) return undefined;
  progress("clearing opcache");
  return clearOpcache(transport, {
    plan: plan.opcache,
    pools,
    scriptPath: `${ownDir(deployPath)}/${scriptName}`,
    releasesDir: `${deployPath}/releases`,
    keep: [plan.version, previousVersion(answer)].filter((version) => version !== undefined),
    timeout: OPCACHE_SECONDS,
  });
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
      const [waited = "0", ...holder] = detail.split(" ");
      return `waiting ${waited} s for ${holder.join(" ")}`;
    }
    case "smoke":
      return "trying the release";
    case "testing":
      return "testing nginx's configuration";
    case "switching":
      return `switching to ${detail}`;
    case "restoring":
      return detail === "" ? "restoring the include" : `restoring ${detail}`;
    case "recovering":
      return `recovering from an interrupted switch to ${detail}`;
    case "draining":
      return `draining, ${detail} s`;
    default:
      return name;
  }
}
