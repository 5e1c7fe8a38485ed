/** How the wanted release came to be on the host. */
export interface ReleaseReport {
  /** "uploaded" from the source, "reused" because the host had it, or "adopted" from what others put there. */
  status: string;
  /** How many files and links the release has. */
  files: number;
  /** Their size in bytes. */
  bytes: number;
  /** The bytes that went over the wire. */
  sentBytes: number;
  /** The older releases that were removed before it, as in "37, 36", or why none was. */
  pruned: string;
  /** How long it took, in seconds. */
  seconds: number;
}

/** What the last switch did. */
export interface SwitchReport {
  /** "switched", or "unchanged" when everything was right already. */
  status: string;
  /** How many times nginx was reloaded. */
  reloads: number;
  /** What the smoke request came to, or why there was none. */
  smoke: string;
  /** What the probe's last answer was, and how the host was reached where not by sshd's forwarding. */
  probe: string;
  /** How many probe requests were answered. */
  probes: number;
  /** What became of the old workers: "drained", "draining" when some still finish requests, or "unknown" and why. */
  drain: string;
  /** How the version came into opcache before the switch, or why it did not. */
  warm: string;
  /** What was cleared from opcache, or why nothing. */
  opcache: string;
  /** How many scripts of the version were compiled into opcache before the switch. */
  warmed: number;
  /** How many of those that the live version had there could not be. */
  warmSkipped: number;
  /** How many scripts of older versions were invalidated. */
  invalidated: number;
  /** What opcache held before the switch, in bytes, over all caches; absent where it was not seen, as the following. */
  opcacheUsedBefore?: number;
  /** What it held after the switch, in bytes. */
  opcacheUsedAfter?: number;
  /** What of its memory comes back with its next restart only, in bytes. */
  opcacheWasted?: number;
  /** Its memory, in bytes. */
  opcacheSize?: number;
  /** How many of its keys are taken. */
  opcacheKeys?: number;
  /** How many keys it has. */
  opcacheMaxKeys?: number;
  /** How often it was emptied as a whole during the switch, for whatever reason. */
  opcacheRestarts?: number;
  /** How long it took, in seconds. */
  seconds: number;
}

/** What came of a step at the last change of the version. */
export interface StepReport {
  /** "ran", or "skipped" where it was not due. */
  status: string;
  /** Why. */
  reason: string;
  /** How long it took, in seconds. */
  seconds: number;
}

/** What the last `pulumi up` that changed something did. */
export interface SiteReleaseReport {
  /** How the release came to be on the host. */
  release: ReleaseReport;
  /** What the switch did. */
  switch: SwitchReport;
}
