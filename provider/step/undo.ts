import { SiteReleaseError } from "../errors.ts";
import { nextOf } from "../needs.ts";
import type { Transport } from "../transport/transport.ts";
import { decideUndo } from "./decide.ts";
import type { UndoableStep } from "./plan.ts";
import { talkStep, whatWentWrong } from "./talk.ts";

/** What became of the steps that a failed switch left behind. */
export interface Undone {
  /** The steps whose onRestore ran, in that order. */
  readonly ran: readonly string[];
  /** The step whose onRestore failed. */
  readonly failed?: { readonly name: string; readonly observed: string; readonly next?: string };
  /** The steps that were not tried after that. */
  readonly left: readonly string[];
}

/**
 * Undoes steps, the last one first, by `undo`, which tells whether one was due. After a failure it stops: what an earlier step did may be
 * what the later one stands on, or the backup of it.
 */
export async function undoSteps(
  steps: readonly UndoableStep[],
  undo: (step: UndoableStep) => Promise<boolean>,
): Promise<Undone> {
  const ran: string[] = [];
  const backwards = steps.toReversed();
  for (const [index, step] of backwards.entries()) {
    try {
      if (await undo(step)) ran.push(step.name);
    } catch (error) {
      const left = backwards.slice(index + 1).map(({ name }) => name);
      return { ran, failed: { name: step.name, ...words(error) }, left };
    }
  }
  return { ran, left: [] };
}

/** Runs a step's onRestore on the host if the step ran for the change of the version that failed; tells whether it did. */
export async function undoStep(
  transport: Transport,
  step: UndoableStep,
  progress: (status: string) => void,
): Promise<boolean> {
  const { name, version, onRestore } = step;
  const say = (status: string) => progress(`onRestore of ${name}: ${status}`);
  const talk = await talkStep(transport, step, onRestore, (history) => decideUndo(step, history), say);
  const { failure, facts, outcome } = talk.answer;
  if (outcome !== undefined) return talk.decision?.action === "undo";
  const next = nextOf(facts);
  throw new SiteReleaseError(failure?.reason ?? "step-failed", {
    action: `undo step ${name} for ${version}`,
    host: transport.host,
    observed: whatWentWrong(talk) ?? failure?.detail ?? "",
    ...(next !== undefined && { next }),
  });
}

// Whatever it is, it must not hide why the switch failed.
function words(error: unknown): { observed: string; next?: string } {
  if (!(error instanceof SiteReleaseError)) return { observed: error instanceof Error ? error.message : String(error) };
  const { observed, next } = error.failure;
  return { observed, ...(next !== undefined && { next }) };
}
