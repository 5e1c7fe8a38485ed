import type { Transport } from "../transport/transport.ts";

/** Which releases of a site may go, and on whose behalf. */
export interface Removal {
  readonly deployPath: string;
  readonly includePath: string;
  /** The id of the owner that asks. */
  readonly owner: string;
}

/** What was removed and what stays, in words for people. */
export interface RemovalResult {
  readonly removed: readonly string[];
  readonly notes: readonly string[];
}

/** Removes all releases but the live one; nothing when another owner has the site. */
export declare function removeReleases(transport: Transport, removal: Removal): Promise<RemovalResult>;
