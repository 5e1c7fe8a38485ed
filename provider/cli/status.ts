import type { Asked, Problem, Switch } from "./history.ts";

/** What `status --json` prints. Fields are added, never renamed or removed. Times are UTC; null is what is not known, or is nothing. */
export interface Status extends Asked {
  /** The host's time. */
  readonly at: string;
  /** Nothing is wrong. */
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  /** What this login could not see. */
  readonly unseen: readonly string[];
  /** How the last switch moved traffic: "include" or "symlink". */
  readonly strategy: string;
  /** The version whose root nginx's include names, or `current` with "symlink". */
  readonly live: string | null;
  /** The last version that a switch committed, and since when it is live. */
  readonly committed: Committed | null;
  /** What a rollback goes to. */
  readonly previous: Previous | null;
  readonly include: Include | null;
  /** Whether the running workers have read the include: "read", "unproved", "not-running", "unknown"; "unneeded" with "symlink". */
  readonly workers: string;
  readonly current: Current | null;
  /** "free", "held" or "unknown". */
  readonly lock: string;
  /** The switch that goes on; null too where whoever holds the lock has not said who it is. */
  readonly running: Running | null;
  readonly unfinished: Unfinished | null;
  /** The last switch that came to an end. */
  readonly last: Switch | null;
  readonly draining: readonly Draining[];
  /** By time. */
  readonly releases: readonly Release[];
  readonly uploads: readonly Upload[];
  /** Deployer's own lock. */
  readonly deployer: { readonly holder: string; readonly since: string } | null;
  readonly owner: { readonly stack: string; readonly resource: string; readonly since: string } | null;
}

export interface Committed {
  readonly version: string;
  readonly since: string | null;
  /** As in "alice@ci". */
  readonly who: string | null;
}

export interface Previous {
  readonly version: string;
  /** As that of a release, or "missing" from the host. */
  readonly state: string;
}

export interface Include {
  readonly path: string;
  /** "ours"; "edited": not in our words; "missing"; "unreadable" for this login. With "symlink" nothing reads it. */
  readonly state: string;
  /** The root that it names. */
  readonly root: string | null;
  readonly rootThere: boolean;
  /** Its first lines, where they are not ours. */
  readonly text: string | null;
  /** A file of nginx's configuration that named it when the site was switched last, and does not now; null: none. */
  readonly lostBy: string | null;
  /** The files that name it now and did not then. */
  readonly namedBy: readonly string[];
}

export interface Current {
  readonly target: string;
  /** Null where it is no release of this site. */
  readonly version: string | null;
}

export interface Running {
  readonly who: string;
  readonly from: string | null;
  readonly to: string;
  readonly since: string;
  /** The last that it wrote: "locked", "switching" (the include is written) or "reloaded". */
  readonly step: string;
}

/** A switch that was interrupted, as its last line and the next run have it. */
export interface Unfinished extends Running {
  /** What a next run to another version comes back to first: as a switch's `restored`. */
  readonly restores: string | null;
}

/** An nginx worker that finishes its requests. */
export interface Draining {
  readonly pid: number;
  /** When a switch left it behind; null where somebody else's reload did. */
  readonly since: string | null;
  /** The versions that it may serve: they are not pruned. */
  readonly versions: readonly string[];
}

export interface Release {
  readonly version: string;
  /** "complete"; "unfinished": no manifest, so that it counts for nothing; "link" or "other": no directory; "unknown" for this login. */
  readonly state: string;
  /** When it was complete, or else last touched. */
  readonly at: string;
  /** Whose directory it is. */
  readonly user: string;
  readonly files: number | null;
  readonly bytes: number | null;
  /** Unfinished, and no run of this package is making it: Deployer, CI or a person put it there. A switch to it adopts it. */
  readonly byOthers: boolean;
  /** The last switch to it that came to an end, where the last of all tell of one. */
  readonly lastSwitch: Switch | null;
}

/** A release on its way, or what is left of one. */
export interface Upload {
  readonly user: string;
  readonly since: string;
  /** Nobody is at work on it: the next run of the same goes on with it, or removes it. */
  readonly cut: boolean;
  /** The version whose `prepare` runs. */
  readonly preparing: string | null;
}
