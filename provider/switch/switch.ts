import type { Transport } from "../transport/transport.ts";
import type { SwitchPlan } from "./plan.ts";
import type { SwitchContext, SwitchResult } from "./result.ts";

/** Moves traffic to the plan's version, or restores what was and throws. */
export declare function switchTo(
  transport: Transport,
  plan: SwitchPlan,
  context: SwitchContext,
  progress: (status: string) => void,
): Promise<SwitchResult>;
