/** What host/opcache.php is asked; directories end with a slash. */
export interface OpcacheQuestion {
  readonly op: "status" | "invalidate" | "reset";
  readonly prefixes: readonly string[];
  readonly keep: readonly string[];
  readonly nonce: string;
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

/** `restarting`: a reset waits for the requests in flight; `restricted`: by opcache.restrict_api; `disabled`: by disable_functions. */
export type OpcacheState = "on" | "off" | "restarting" | "restricted" | "absent" | "disabled";

const states: readonly OpcacheState[] = ["on", "off", "restarting", "restricted", "absent", "disabled"];

/** What host/opcache.php answered. */
export interface OpcacheAnswer {
  readonly state: OpcacheState;
  readonly php: string;
  /** The host's clock, in seconds. */
  readonly time: number;
  /** Absent unless the state is `on` or `restarting`. */
  readonly before?: OpcacheStatus;
  readonly after?: OpcacheStatus;
  /** How many scripts were cached before, and are no longer. */
  readonly invalidated: number;
  /** How many of them are cached again, or still, and the first of these. */
  readonly left: number;
  readonly leftFirst: string;
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
    ...(answer.before !== undefined && { before: status(object(answer.before)) }),
    ...(answer.after !== undefined && { after: status(object(answer.after)) }),
    invalidated: number(answer.invalidated),
    left: number(answer.left),
    leftFirst: text(answer.leftFirst),
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
    full: from.full === true,
    scripts: number(from.scripts),
    keys: number(from.keys),
    maxKeys: number(from.maxKeys),
    oomRestarts: number(from.oomRestarts),
    hashRestarts: number(from.hashRestarts),
    manualRestarts: number(from.manualRestarts),
    lastRestart: number(from.lastRestart),
    restartPending: from.restartPending === true,
    restartInProgress: from.restartInProgress === true,
    forceRestartTimeout: number(from.forceRestartTimeout),
    validateTimestamps: from.validateTimestamps === true,
    jitSize: number(from.jitSize),
    jitFree: number(from.jitFree),
    preloaded: number(from.preloaded),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // cut off in the middle: no answer
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
