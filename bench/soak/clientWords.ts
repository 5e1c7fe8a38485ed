import type { SwitchPlan } from "../../provider/switch/plan.ts";
import type { SwitchContext } from "../../provider/switch/result.ts";
import type { Connection } from "../../provider/transport/connection.ts";

/** One switch that the client is to make. */
export interface ClientAsk {
  readonly id: number;
  readonly connection: Connection;
  readonly plan: SwitchPlan;
  readonly context: SwitchContext;
}

/** How a switch ended for its client. */
export type ClientEnd =
  | { readonly status: string; readonly warnings: readonly string[] }
  | {
      readonly message: string;
      /** The host's word that the earlier version serves. */
      readonly restored: boolean;
    };

/** A step of that switch, or its end. */
export type ClientWord =
  | { readonly id: number; readonly step: string }
  | { readonly id: number; readonly ended: ClientEnd };
