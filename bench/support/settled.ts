import { setTimeout } from "node:timers/promises";

// The package does not trust the times of a file that changed less than two seconds ago (provider/release/statCache.ts).
const SETTLED = 2500;

/** Waits until what was written can be known by its times, as a build that was made in peace. */
export function settled(): Promise<void> {
  return setTimeout(SETTLED);
}
