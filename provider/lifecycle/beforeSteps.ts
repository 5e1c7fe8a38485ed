import { SiteReleaseError } from "../errors.ts";
import type { Reporter } from "../progress.ts";
import { type BeforeStep, isUndoable } from "../step/plan.ts";
import { runStep } from "../step/run.ts";
import { undoStep, undoSteps } from "../step/undo.ts";
import { STEP_UNDONE, SwitchError } from "../switch/result.ts";
import { withUndone } from "../switch/undone.ts";
import type { Transport } from "../transport/transport.ts";

type OnHost = <T>(use: (transport: Transport) => Promise<T>) => Promise<T>;

/**
 * Makes a switch, and keeps the steps before it in line with what comes of it: they are undone when it failed. The engine knows nothing of
 * that, and has no reason to run them at the next update; so the switch runs what was undone, before it begins: also where the onRestore was
 * taken out of the program since.
 */
export async function withBeforeSteps<T>(
  steps: readonly BeforeStep[],
  report: Reporter,
  attempt: () => Promise<T>,
  onHost: OnHost,
): Promise<T> {
  if (steps.length === 0) return attempt();
  const undoing = (error: unknown) => undone(error, steps, report, onHost);
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof SwitchError) || error.reason !== STEP_UNDONE) throw await undoing(error);
  }
  for (const step of steps) await again(step, report, onHost);
  return attempt().catch(async (error: unknown) => {
    throw await undoing(error);
  });
}

/** Runs a step again that was undone; one that was not has run for this change of the version, and is not due. */
async function again(step: BeforeStep, report: Reporter, onHost: OnHost): Promise<void> {
  const say = (status: string) => report.status(`step ${step.name}: ${status}`);
  const { ran } = await onHost((transport) => runStep(transport, step, say));
  if (ran) report.info(`Step ${step.name} ran again: it was undone after an earlier switch to ${step.version} failed`);
}

/** What the failure of a switch comes to, once the steps before it are undone. */
async function undone(
  error: unknown,
  steps: readonly BeforeStep[],
  report: Reporter,
  onHost: OnHost,
): Promise<unknown> {
  const undoable = steps.filter(isUndoable);
  const version = undoable[0]?.version;
  if (!(error instanceof SiteReleaseError) || version === undefined) return error;
  // What ended without the host's word may have ended in a switch that was made.
  if (!(error instanceof SwitchError) || !error.restored) return withUndone(error, version, undefined);
  const became = await undoSteps(undoable, (step) => onHost((transport) => undoStep(transport, step, report.status)));
  return withUndone(error, version, became);
}
