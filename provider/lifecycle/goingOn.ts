import { SiteReleaseError } from "../errors.ts";
import type { Reporter } from "../progress.ts";
import { UPLOAD_CUT } from "../release/stageErrors.ts";

/** How often one upload goes on after it was cut. */
const TIMES = 5;

/**
 * Does something that an upload is part of, and again when the upload was cut: the host keeps what had arrived. All attempts share the
 * time that there is, in seconds; each is told what is left of it.
 */
export async function goingOn<T>(
  seconds: number | undefined,
  report: Reporter,
  attempt: (seconds: number | undefined) => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  const rest = (): number | undefined => seconds && seconds - (performance.now() - begun) / 1000;
  for (let left = TIMES; ; left--) {
    try {
      return await attempt(rest());
    } catch (error) {
      const isCut = error instanceof SiteReleaseError && error.reason === UPLOAD_CUT;
      if (!isCut || left === 0 || (rest() ?? 1) <= 0) throw error;
      report.status("the upload was cut: connecting again");
    }
  }
}
