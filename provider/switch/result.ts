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

/** The reason of the one error after which nobody knows what the host serves. */
export const RESTORE_FAILED = "restore-failed";
