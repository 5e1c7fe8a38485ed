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
  /** How many probe requests were answered. */
  probes: number;
  /** What became of the old workers: "drained", or "draining" when some still finish requests. */
  drain: string;
  /** What was cleared from opcache, or why nothing. */
  opcache: string;
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
