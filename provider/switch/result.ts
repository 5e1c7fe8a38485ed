import { type Failure, SiteReleaseError } from "../errors.ts";
import type { SwitchReport } from "../report.ts";
import type { Owner } from "./plan.ts";

/** On whose behalf a switch is made. */
export interface SwitchContext {
  readonly owner: Owner;
  /** The id that the owner had before this change. */
  readonly formerId?: string;
  /** The site may be taken from another owner. */
  readonly takeOver: boolean;
}

/** What a switch came to. */
export interface SwitchResult {
  /** The version that was live before this one; absent: none was. */
  readonly previousVersion?: string;
  readonly report: SwitchReport;
  readonly warnings: readonly string[];
}

/** A switch that the host ended with a reason. */
export class SwitchError extends SiteReleaseError {
  /** The host proved that an earlier version serves, or nothing where none ever did. */
  readonly restored: boolean;

  constructor(reason: string, failure: Failure, restored: boolean) {
    super(reason, failure);
    this.restored = restored;
  }
}

/** The reason of the error before anything was changed: a step before the switch was undone, and must run again. */
export const STEP_UNDONE = "step-undone";

/** The reason of the one error after which nobody knows what the host serves. */
export const RESTORE_FAILED = "restore-failed";
