import type { Transport } from "../transport/transport.ts";
import type { ReleasePlan, ReleaseResult } from "./plan.ts";

/** Puts the release on the host, unless it lies there complete. */
export declare function stageRelease(
  transport: Transport,
  plan: ReleasePlan,
  progress: (status: string) => void,
): Promise<ReleaseResult>;
