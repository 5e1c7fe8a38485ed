import type { StepRunOn, StepWhen } from "../stepArgs.ts";

/** One step of the user's for one version. */
export interface StepPlan {
  readonly deployPath: string;
  readonly version: string;
  readonly name: string;
  /** For /bin/sh, in the release. */
  readonly command: string;
  readonly when: StepWhen;
  readonly runOn: StepRunOn;
  /** How long the command may take, in seconds. */
  readonly timeout: number;
}

/** A step before the switch. */
export interface BeforeStep extends StepPlan {
  /** What undoes it; for /bin/sh, in the release, as the command. */
  readonly onRestore?: string;
}

/** A step whose work can be undone. */
export type UndoableStep = BeforeStep & Required<Pick<BeforeStep, "onRestore">>;

export function isUndoable(step: BeforeStep): step is UndoableStep {
  return step.onRestore !== undefined;
}

/** What the host knows of a site's history, as far as a step needs it. */
export interface StepHistory {
  /** The version that is live; absent: none was yet. */
  readonly live?: string;
  /** The change that made it live; "never" while there was none. */
  readonly since: string;
  /** How many times the step's version went live. */
  readonly times: number;
  /** The step followed the switch that made the live version live. */
  readonly declared: boolean;
  /** The change at which the step ran last for its version; absent: it never ran for it, or was undone. */
  readonly ranFor?: string;
}

/** What a step came to. */
export interface StepResult {
  readonly ran: boolean;
  /** Why it ran, or did not. */
  readonly reason: string;
  readonly stdout: string;
  readonly seconds: number;
}
