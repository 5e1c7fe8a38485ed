import { StepRunOn, StepWhen } from "../stepArgs.ts";
import type { StepHistory, StepPlan } from "./plan.ts";

/**
 * Whether a step is due, and why; "lost" when the switch that it follows was overtaken by another one. Of what is to be undone: "undo", or
 * "keep" what the step did. host/step.sh acts by these words.
 */
export interface Decision {
  readonly action: "run" | "skip" | "lost" | "undo" | "keep";
  readonly reason: string;
}

/**
 * A step runs for a change of the live version, and for nothing else. Before the switch that change is still to come; after it, it is the
 * last one in the journal.
 */
export function decide({ version, when, runOn }: StepPlan, history: StepHistory): Decision {
  const { live, since, times, declared, ranFor } = history;
  if (when === StepWhen.Before && live === version) return skip(`${version} is live already`);
  if (when === StepWhen.After && live !== version) return { action: "lost", reason: `${live ?? "no version"} is live` };
  if (when === StepWhen.After && !declared) return skip(`${version} went live without it`);
  if (ranFor === since) return skip("it ran for this switch already");
  const isBack = times > (when === StepWhen.After ? 1 : 0);
  if (runOn === StepRunOn.Deploy && isBack) return skip(`${version} was live before`);
  if (runOn === StepRunOn.Deploy && ranFor !== undefined) return skip(`it ran for ${version} already`);
  if (runOn === StepRunOn.Rollback && !isBack) return skip(`${version} was never live before`);
  return { action: "run", reason: isBack ? `${version} comes back` : `${version} goes live for the first time` };
}

/**
 * What a step did is undone when it ran for the change of the live version that has just failed, be it in this update or in one before
 * it that got no further; never what it did for a change that was made, or is.
 */
export function decideUndo({ version }: StepPlan, { live, since, ranFor }: StepHistory): Decision {
  if (live === version) return { action: "keep", reason: `${version} is live` };
  if (ranFor === undefined) return { action: "keep", reason: `it did not run for ${version}` };
  if (ranFor !== since) return { action: "keep", reason: "it ran for an earlier switch" };
  return { action: "undo", reason: `${version} did not go live` };
}

function skip(reason: string): Decision {
  return { action: "skip", reason };
}
