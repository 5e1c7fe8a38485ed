import type { CompileWish } from "./compile.ts";

/** What the caches are made ready for. */
export interface WarmTarget {
  /** Absolute, as in "/var/www/example.com/releases". */
  readonly releasesDir: string;
  readonly version: string;
  /** The version that serves. */
  readonly live: string | undefined;
  /** The one before that, which is still the rollback target. */
  readonly former: string | undefined;
  /** Other pools of the host that the site's requests may go to. */
  readonly otherPools: readonly string[];
  readonly whenFull: "reset" | "skip" | "fail";
  /** Whether anything is compiled; else the caches are only looked at for what forbids the switch. */
  readonly compiles: boolean;
}

/** What is told meanwhile, and for how long there is time. */
export interface WarmWish extends Omit<CompileWish, "progress"> {
  progress(status: string): void;
}

export function secondsLeft({ deadline }: Pick<WarmWish, "deadline">): number {
  return Math.max(0.1, (deadline - performance.now()) / 1000);
}
