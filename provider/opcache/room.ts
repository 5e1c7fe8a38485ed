import type { OpcacheStatus } from "./answer.ts";
import type { Survey } from "./survey.ts";

/** Whether the cache can take the next release as it is. */
export type Room =
  | { readonly fits: true }
  | {
      readonly fits: false;
      /** As in "12 MB of memory are free, 17 MB are needed". */
      readonly why: string;
      /** Whether an empty cache could. */
      readonly helps: boolean;
      /** The setting that would avoid it, as in "opcache.memory_consumption=256 (it is 64)". */
      readonly advice: string;
    };

// Measured with 500 small classes, 13.3 MB, on PHP 8.2: what a script takes where no release is cached to tell it.
const USUAL_BYTES = 27_000;
// What of a release's memory stays free. Compiling and sharing take more for a while than what stays, and a release that serves compiles what nobody
// foresaw: where that finds no memory, PHP empties the whole cache (zend_accel_schedule_restart_if_necessary).
const SPARE = 0.3;
// A script has a key for its real path and about one more, as in public/../src/X.php. Invalidated ones keep theirs.
const KEYS_A_SCRIPT = 2.2;
/** The live release, the one to go back to, the next one, and one that is invalidated: its memory comes back with a restart only. */
const RELEASES = 4;
const MEGABYTE = 1024 * 1024;

/**
 * Compares what the cache has free with what the live release takes there. Of a release that is gone back to only what it lacks is counted: what
 * served before foresees what it needs, and a reset would make the way back slow.
 */
export function roomFor(status: OpcacheStatus, survey: Survey, files: number, isBack = false): Room {
  const { liveScripts, liveBytes, already, releaseBytes } = survey;
  const each = liveScripts > 0 ? liveBytes / liveScripts : USUAL_BYTES;
  const scripts = Math.max(files, liveScripts - already);
  const whole = Math.max(liveScripts, files + already);
  const memory = (scripts + SPARE * (isBack ? scripts : whole)) * each;
  const keys = Math.ceil(scripts * KEYS_A_SCRIPT);
  const freeKeys = status.maxKeys - status.keys;
  if (files === 0 || (status.free >= memory && freeKeys >= keys)) return { fits: true };
  const total = status.used + status.free + status.wasted;
  const others = status.used - releaseBytes;
  const why =
    status.free < memory
      ? `${inMegabytes(status.free)} of opcache's ${inMegabytes(total)} are free, ${inMegabytes(memory)} are needed`
      : `${freeKeys} of opcache's ${status.maxKeys} keys are free, ${keys} are needed`;
  const wanted = roundUp((others + RELEASES * whole * each * (1 + SPARE)) / MEGABYTE, 32);
  const wantedKeys = roundUp(RELEASES * whole * KEYS_A_SCRIPT, 1000);
  const advice =
    status.free < memory
      ? `opcache.memory_consumption=${Math.max(wanted, roundUp(total / MEGABYTE + 32, 32))} (it is ${Math.round(total / MEGABYTE)})`
      : `opcache.max_accelerated_files=${Math.max(wantedKeys, roundUp(status.maxKeys * 2, 1000))} (there are ${status.maxKeys} keys)`;
  const helps = total - others >= memory && status.maxKeys >= keys;
  return { fits: false, why, helps, advice };
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

function inMegabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(bytes < 10 * MEGABYTE ? 1 : 0)} MB`;
}
