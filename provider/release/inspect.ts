import type { Transport } from "../transport/transport.ts";
import type { ReleasePlan } from "./plan.ts";

/** What lies on the host under the version. */
export interface ReleaseState {
  /** "complete" when it is what its manifest says; otherwise what is wrong, as in "missing". */
  readonly state: string;
  /** The digest by the host's own manifest. */
  readonly releaseDigest?: string;
}

export declare function inspectRelease(transport: Transport, plan: ReleasePlan): Promise<ReleaseState>;
