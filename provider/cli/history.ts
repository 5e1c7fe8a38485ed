/**
 * How a switch ended. "switched"; "repaired": the live version was switched to once more; "unchanged": everything was right already;
 * "restored": it failed, and what was live before serves again; "unrestored": that failed too; "failed": nginx was not even reloaded;
 * "interrupted": it ended without a word; "running": it goes on.
 */
export type Outcome =
  | "switched"
  | "repaired"
  | "unchanged"
  | "restored"
  | "unrestored"
  | "failed"
  | "interrupted"
  | "running";

/** One switch, as the site's journal tells of it. Null is what is not known, or is nothing. */
export interface Switch {
  /** The run's own name. */
  readonly run: string;
  /** When it had the site's lock; UTC, as in "2026-11-23T10:31:04Z". */
  readonly at: string;
  /** Who ran it and where, as in "alice@ci". */
  readonly who: string;
  /** The version that was live before. */
  readonly from: string | null;
  readonly to: string;
  readonly outcome: Outcome;
  /** Why it did not go through: the host's own word, as in "probe-failed". */
  readonly reason: string | null;
  /** What serves again since: a version, "placeholder", or "verbatim" for an include of somebody else's wording. */
  readonly restored: string | null;
  /** Whose later switch put an end to one that was interrupted or could not restore. */
  readonly settledBy: string | null;
  /** From the lock to the commit, or to the end of the restore. */
  readonly seconds: number | null;
}

/** The site that was asked about. */
export interface Asked {
  readonly host: string;
  readonly deployPath: string;
}

/** What is wrong, and what to do next. */
export interface Problem {
  readonly text: string;
  readonly next: string;
}

/** What `history --json` prints. Fields are added, never renamed or removed. */
export interface History extends Asked {
  /** The host's time. */
  readonly at: string;
  /** Why there is no site. */
  readonly problems: readonly Problem[];
  /** Oldest first. */
  readonly switches: readonly Switch[];
  /** What this login could not see. */
  readonly unseen: readonly string[];
}
