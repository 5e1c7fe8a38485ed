import { roomFor } from "../../../provider/opcache/room.ts";
import type { Survey } from "../../../provider/opcache/survey.ts";
import { withWords } from "../../../provider/switch/lastAnswer.ts";
import type { ProbePlan } from "../../../provider/switch/plan.ts";
import { judge } from "../../../provider/switch/smoke.ts";
import { result } from "../../../provider/switch/verdict.ts";
import type { Words } from "../../../provider/switch/words/failedSwitch.ts";
import { opcacheStatus } from "../../../tests/support/opcache.ts";
import { probePlan, smokePlan } from "../../../tests/support/site.ts";
import { quoted } from "../said.ts";

export const POOL = "/run/php/php8.4-fpm.sock";

/** A smoke that PHP answered with 500. */
export function smoked(php: string, page: string): Words {
  const answer = { status: 500, body: Buffer.from(page), stderr: `PHP message: ${php}` };
  const failure = judge(smokePlan(), "index.php", answer);
  if (failure === undefined) throw new Error("the smoke passed");
  return { observed: withWords(failure.observed, [...failure.php, failure.last]), expected: failure.expected };
}

/** A probe that was answered so for as long as it asked. */
export function probed(plan: Partial<ProbePlan>, status: number, page = ""): Words {
  const answer = { status, headers: {}, body: page };
  const { observed, expected, last } = result(probePlan(plan), undefined, {
    answers: [answer],
    good: 0,
    seconds: 30,
    ok: false,
  });
  return { observed: withWords(observed, [last]), expected };
}

const MB = 1024 * 1024;

/** What is in the cache of the page's examples: three releases of 15 MB each. */
export const survey: Survey = {
  files: [],
  more: false,
  already: 0,
  liveScripts: 520,
  liveBytes: 15 * MB,
  releaseBytes: 45 * MB,
  leftover: 0,
  preloaded: 1,
  preloadedFirst: "/var/www/example.com/releases/42/vendor/autoload.php",
  brokenPattern: "",
};

/** Why it has no room for one more, and the setting that would give it. */
export function fullCache(): { readonly why: string; readonly advice: string } {
  const room = roomFor(opcacheStatus({ used: 60 * MB, free: 4 * MB, maxKeys: 16229, keys: 3300 }), survey, 520);
  if (room.fits) throw new Error("there is room");
  return { why: `${quoted("opcache has no room for ", "opcache/makeRoom.ts")}43: ${room.why}`, advice: room.advice };
}

/** What `whenFull: "fail"` says of it. */
export function noRoom(): Words {
  const { why, advice } = fullCache();
  const rest = quoted(
    'and restart php-fpm in a quiet moment, or set opcache.whenFull to "reset" or "skip"',
    "opcache/makeRoom.ts",
  );
  return {
    observed: `${why} (at ${POOL})`,
    expected: quoted("room beside the live version", "opcache/makeRoom.ts"),
    next: `Set ${advice} ${rest}`,
  };
}
