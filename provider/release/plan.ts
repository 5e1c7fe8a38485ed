import type { Dedupe } from "../args.ts";
import type { Origin } from "./origin.ts";
import type { Retention } from "./retention.ts";
import type { Writable } from "./writable.ts";

/** Everything that putting one release on disk needs to know. */
export interface ReleasePlan extends Writable {
  readonly deployPath: string;
  readonly version: string;
  readonly publicDir: string;
  /** What this machine can make the release of; absent: the host has the release, or will not get one. */
  readonly source?: Origin;
  /** The digest that `source` had when the change was previewed. */
  readonly sourceDigest?: string;
  /** What of the source stays at home: patterns as .gitignore has them. */
  readonly exclude: readonly string[];
  /** Paths inside the release that become links into `shared/`. */
  readonly sharedDirs: readonly string[];
  readonly sharedFiles: readonly string[];
  /** Octal modes on the host, as in "0755" and "0644"; a file with the executable bit gets `dirMode`. */
  readonly dirMode: string;
  readonly fileMode: string;
  /** What becomes of older releases; absent: they stay. */
  readonly retention?: Retention;
  /** Whether files that the newest release has too are links to its files, or copies of them. */
  readonly dedupe: Dedupe;
  /** Commands that are run in the release before it is complete, and how long all of them may take, in seconds. */
  readonly prepare: readonly string[];
  readonly prepareTimeout: number;
}

/** What putting a release on disk came to. */
export interface ReleaseResult {
  readonly status: "uploaded" | "reused" | "adopted";
  readonly releaseDir: string;
  /** "complete", or what is not as the manifest says: "changed: PATH". */
  readonly releaseState: string;
  /** The digest of what lies on the host, by the host's own manifest. */
  readonly releaseDigest: string;
  readonly files: number;
  readonly bytes: number;
  /** Bytes that went over the wire. */
  readonly sentBytes: number;
  readonly seconds: number;
  /** The older releases that were removed before it, as in "37, 36", or why none was. */
  readonly pruned: string;
  readonly warnings: readonly string[];
}
