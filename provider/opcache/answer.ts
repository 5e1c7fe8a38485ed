import { flag, list, number, object, parsed, text } from "./reading.ts";
import { type Compiled, parseCompiled, parseSurvey, type Survey } from "./survey.ts";

/** What host/opcache.php is asked; directories end with a slash. */
export type OpcacheQuestion =
  | { readonly op: "status" }
  | { readonly op: "reset" }
  | { readonly op: "invalidate"; readonly prefixes: readonly string[]; readonly keep: readonly string[] }
  | {
      readonly op: "survey";
      readonly releases: string;
      /** The version that serves; empty: none. */
      readonly live: string;
      readonly next: string;
      /** The versions whose scripts are no leftovers, besides the next one. */
      readonly keep: readonly string[];
      readonly warm: readonly WarmPattern[];
      /** Only files behind this one are listed. */
      readonly after: string;
    }
  | { readonly op: "compile"; readonly dir: string; readonly files: readonly string[] };

/** A glob: the directory or file that it starts from, and a regular expression that PHP understands too. */
export interface WarmPattern {
  readonly base: string;
  readonly pattern: string;
}

/** opcache's own counters; sizes in bytes, times in seconds. */
export interface OpcacheStatus {
  readonly used: number;
  readonly free: number;
  readonly wasted: number;
  readonly full: boolean;
  readonly scripts: number;
  readonly keys: number;
  readonly maxKeys: number;
  readonly startTime: number;
  readonly oomRestarts: number;
  readonly hashRestarts: number;
  readonly manualRestarts: number;
  readonly lastRestart: number;
  readonly restartPending: boolean;
  readonly restartInProgress: boolean;
  readonly forceRestartTimeout: number;
  readonly validateTimestamps: boolean;
  readonly jitSize: number;
  readonly jitFree: number;
  readonly preloaded: number;
}

const states = ["on", "off", "restarting", "files", "restricted", "absent", "disabled"] as const;

/**
 * `restarting`: a reset waits for the requests in flight; `files`: nothing is kept in memory, by opcache.file_cache_only; `restricted`: by
 * opcache.restrict_api; `disabled`: by disable_functions.
 */
export type OpcacheState = (typeof states)[number];

/** What host/opcache.php answered. */
export interface OpcacheAnswer {
  readonly state: OpcacheState;
  readonly php: string;
  /** The host's clock, in seconds. */
  readonly time: number;
  /** The same for all pools of one php-fpm master, which have one cache. */
  readonly cache: string;
  /** Absent unless the state is `on` or `restarting`. */
  readonly before?: OpcacheStatus;
  readonly after?: OpcacheStatus;
  /** How many scripts were cached before, and are no longer. */
  readonly invalidated: number;
  /** How many of them are cached again, or still, and the first of these. */
  readonly left: number;
  readonly leftFirst: string;
  /** Of a survey; absent where the file on the host is of an earlier version of the package. */
  readonly survey?: Survey;
  /** Of a compilation; absent likewise. */
  readonly compiled?: Compiled;
}

/** Finds the answer in what a script printed, which a pool's auto_prepend_file may have added to; undefined when it is not there. */
export function parseAnswer(body: string, nonce: string): OpcacheAnswer | undefined {
  const line = body.split("\n").find((text) => text.startsWith(`{"nonce":"${nonce}",`));
  if (line === undefined) return undefined;
  const answer = object(parsed(line));
  const state = states.find((known) => known === answer.state);
  if (state === undefined) return undefined;
  return {
    state,
    php: text(answer.php),
    time: number(answer.time),
    cache: text(answer.cache),
    ...(answer.before !== undefined && { before: status(object(answer.before)) }),
    ...(answer.after !== undefined && { after: status(object(answer.after)) }),
    invalidated: number(answer.invalidated),
    left: number(answer.left),
    leftFirst: text(answer.leftFirst),
    ...(answer.survey !== undefined && { survey: parseSurvey(object(answer.survey)) }),
    ...(list(answer.failed) !== undefined && { compiled: parseCompiled(answer) }),
  };
}

/** Whether the answer is that of the well-known one-line endpoint, which knows nothing but a reset. */
export function isBareReset(body: string): boolean {
  return /^SUCCESS:\s*opcache_reset\b/im.test(body);
}

/** How often the cache was emptied as a whole, for whatever reason. */
export function restarts(status: OpcacheStatus): number {
  return status.oomRestarts + status.hashRestarts + status.manualRestarts;
}

function status(from: Readonly<Record<string, unknown>>): OpcacheStatus {
  return {
    used: number(from.used),
    free: number(from.free),
    wasted: number(from.wasted),
    full: flag(from.full),
    scripts: number(from.scripts),
    keys: number(from.keys),
    maxKeys: number(from.maxKeys),
    startTime: number(from.startTime),
    oomRestarts: number(from.oomRestarts),
    hashRestarts: number(from.hashRestarts),
    manualRestarts: number(from.manualRestarts),
    lastRestart: number(from.lastRestart),
    restartPending: flag(from.restartPending),
    restartInProgress: flag(from.restartInProgress),
    forceRestartTimeout: number(from.forceRestartTimeout),
    validateTimestamps: flag(from.validateTimestamps),
    jitSize: number(from.jitSize),
    jitFree: number(from.jitFree),
    preloaded: number(from.preloaded),
  };
}
