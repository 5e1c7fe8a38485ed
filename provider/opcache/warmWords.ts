import { excerpt } from "../excerpt.ts";
import type { OpcacheAnswer, OpcacheStatus } from "./answer.ts";
import type { Compilation } from "./compile.ts";
import type { Survey } from "./survey.ts";

/** Why a switch must not go on, in the words of an error. */
export interface Refused {
  readonly observed: string;
  readonly expected: string;
  readonly next: string;
}

export const OLD_ENDPOINT =
  "the endpoint's PHP file is of an earlier version of the package and cannot warm; put the text of opcacheEndpoint() there under another name, which opcache does not know";

/** php-fpm loads preloaded classes when it starts, and has them whatever is released: a reset even puts the old ones back (php-src #10477). */
export function preloadRefusal(place: string, { preloaded, preloadedFirst }: Survey): Refused {
  return {
    observed: `php-fpm at ${place} has preloaded ${preloaded} scripts of a release (opcache.preload), as ${preloadedFirst}: it would go on running them`,
    expected: "no preloading of what is released",
    next: "Take opcache.preload out of php.ini, or let it load only what lies outside of releases/, and restart php-fpm",
  };
}

// A php-fpm that was started a moment ago may not have met a request yet.
const YOUNG_SECONDS = 600;

/** A cache without the live release is maybe another php-fpm's than the site's. */
export function wrongPool(
  { before, time, php }: OpcacheAnswer,
  { liveScripts }: Survey,
  { live, otherPools }: { readonly live: string | undefined; readonly otherPools: readonly string[] },
): readonly string[] {
  if (live === undefined || liveScripts > 0 || otherPools.length === 0 || before === undefined) return [];
  if (time - Math.max(before.startTime, before.lastRestart) < YOUNG_SECONDS) return [];
  return [
    `this opcache (PHP ${php}) holds no script of ${live}, which is live: if the site's requests go to another pool (there is ${otherPools.join(", ")}), name that in \`pools\``,
  ];
}

/** What became of scripts that were not compiled. */
export function compilationNotes(compilation: Compilation): readonly string[] {
  const { failed, fresh, future, refused, stopped } = compilation;
  const notes: string[] = [];
  const [first] = failed;
  const [young] = fresh;
  if (first !== undefined)
    notes.push(
      `${count(failed)} of the release cannot be compiled, as ${excerpt(first.file)} (${excerpt(first.why, 200)})`,
    );
  if (young !== undefined)
    notes.push(
      `opcache does not keep ${count(fresh)} yet that somebody wrote a moment ago, as ${excerpt(young)}; the first requests compile them`,
    );
  if (future.length > 0)
    notes.push(
      `opcache never keeps ${count(future)} with times in the future of the host's clock, as ${future[0]}, and each request compiles them anew. Set the host's clock, and touch them`,
    );
  if (refused.length > 0)
    notes.push(
      `opcache compiles and does not keep ${count(refused)}, as ${refused[0]}: by opcache.blacklist_filename or opcache.max_file_size, or for want of room`,
    );
  if (stopped !== undefined) notes.push(`${stopped.untried} of the scripts were not tried: ${stopped.why}`);
  return notes;
}

/** The JIT's buffer has no eviction, and what is invalidated stays in it. */
export function jitNotes({ jitSize, jitFree }: OpcacheStatus): readonly string[] {
  if (jitSize === 0 || jitFree > jitSize / 10) return [];
  return [
    `opcache's JIT buffer is nearly full (${Math.round(jitFree / 1024)} of ${Math.round(jitSize / 1024)} kB free), and only a restart empties it: new code runs without JIT. Raise opcache.jit_buffer_size`,
  ];
}

function count(list: readonly unknown[]): string {
  return list.length === 1 ? "1 script" : `${list.length} scripts`;
}
