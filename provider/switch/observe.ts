import type { Site } from "../site.ts";
import type { Transport } from "../transport/transport.ts";
import type { NginxPlan } from "./plan.ts";

/** What a site does at the moment. A difference is in words for people; absent: as a verified switch left it. */
export interface Observation {
  /** The version whose root the include names; absent: the placeholder, or nothing of ours. */
  readonly liveVersion?: string;
  readonly include?: string;
  readonly current?: string;
  readonly workers?: string;
}

/** Compares the host with the witness of the last verified switch to `version`. */
export declare function observe(
  transport: Transport,
  site: Site,
  nginx: NginxPlan,
  version: string,
): Promise<Observation>;
