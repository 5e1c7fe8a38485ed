import type { OpcacheStatus } from "./answer.ts";
import { resetCache } from "./reset.ts";
import { roomFor } from "./room.ts";
import type { Survey } from "./survey.ts";
import type { Surveyed } from "./surveyCaches.ts";
import { secondsLeft, type WarmTarget, type WarmWish } from "./warmTarget.ts";
import type { Refused } from "./warmWords.ts";

/** Whether a cache can take the release now, and what was done for it. */
interface Made {
  /** Nothing is to be compiled: it would not be kept. */
  readonly isCold: boolean;
  readonly notes: readonly string[];
  readonly reset?: "done" | "pending" | "failed";
  readonly after?: OpcacheStatus;
  readonly refused?: Refused;
}

/** Finds out whether a cache has room for the release, and does with one that has none what `whenFull` says. */
export async function makeRoom(
  { way, files, reply }: Surveyed,
  before: OpcacheStatus,
  survey: Survey,
  { version, former, whenFull }: WarmTarget,
  wish: WarmWish,
): Promise<Made> {
  const room = roomFor(before, survey, files.length, version === former);
  if (room.fits) return { isCold: false, notes: [] };
  const noRoom = `opcache has no room for ${version}: ${room.why}`;
  if (whenFull === "fail") {
    const next = `Set ${room.advice} and restart php-fpm in a quiet moment, or set opcache.whenFull to "reset" or "skip"`;
    const refused = { observed: `${noRoom} (at ${way.place})`, expected: "room beside the live version", next };
    return { isCold: true, notes: [], refused };
  }
  if (whenFull === "skip" || !room.helps) {
    const useless = room.helps ? "" : ", and an empty cache would not hold it either";
    return {
      isCold: true,
      notes: [`${noRoom}${useless}: it starts cold, and may stay so. ${room.advice} would avoid it`],
    };
  }
  wish.progress(`${noRoom}; resetting opcache, which makes the site slow until it is filled again`);
  const { report } = await resetCache(way, {
    seconds: secondsLeft(wish),
    // The smoke beside the survey compiles too, and PHP itself resets where that finds no memory.
    ...(reply.kind === "answer" && { since: reply.answer.time }),
    waiting: (waited) => wish.progress(`opcache's reset waits for a request in flight, ${waited} s`),
  });
  const told = `${noRoom}; it was reset before the switch. ${room.advice} would avoid it`;
  if (report.state === "cleared") return { isCold: false, notes: [told], reset: "done" };
  return {
    isCold: true,
    // What is compiled while a reset waits is thrown away with the rest.
    notes: [told, report.note ?? "the reset could not be verified"],
    reset: report.state === "pending" ? "pending" : "failed",
    ...(report.after && { after: report.after }),
  };
}
