import { explainSocket } from "../../../provider/opcache/pool.ts";
import { preloadRefusal } from "../../../provider/opcache/warmWords.ts";
import { quoted } from "../said.ts";
import type { Trouble } from "../trouble.ts";
import { fullCache, POOL, survey } from "./seen.ts";
import { troubleOf } from "./switches.ts";

function full(): string {
  const { why, advice } = fullCache();
  return quotedBetween(why, `${advice} would avoid it`);
}

function quotedBetween(begin: string, end: string): string {
  return `warning: opcache: ${POOL}: ${begin}${quoted("; it was reset before the switch. ", "opcache/makeRoom.ts")}${end}`;
}

function unreached(): string {
  const { why, next } = explainSocket(POOL, {
    kind: "socket",
    writable: false,
    listening: "yes",
    mode: "srw-rw----",
    owner: "www-data",
    group: "www-data",
    user: "deploy",
    groups: "deploy",
    others: "",
  });
  return `${quoted("The release was not tried before the switch: ", "switch/report.ts")}${why}. ${next}`;
}

const warmed = (text: string): string => `warning: opcache: ${POOL}: ${quoted(text, "opcache/warmWords.ts")}`;

/** What php-fpm and its opcache do not let us do: most of it is told in warnings, since it costs speed only. */
export const opcache: readonly Trouble[] = [
  {
    title: "php-fpm's socket cannot be written",
    text: `warning: ${unreached()}`,
    why: "Everything else went well. Without that right a broken front controller is found by the probe, after a moment with traffic, and opcache is left alone.",
    act: "as the text says; who may write the socket can run PHP as the pool's user, as every release does. [Other ways](opcache.md#ways-in) for opcache alone.",
  },
  {
    title: "No php-fpm socket is found, or several",
    text: `warning: ${quoted("The release was not tried before the switch: ", "switch/report.ts")}deploy ${quoted("can write no php-fpm socket in /run/php", "switch/pools.ts")}. ${quoted("If the site's lies elsewhere, name it in `pools`; else let … write it", "switch/pools.ts")}`,
    why: "Where `pools` names none, the one socket in `/run/php` that the login may write is taken. Of several nobody can say which is the site's.",
  },
  {
    title: "opcache was full",
    text: full(),
    why: "There was no room for the new release beside what is in use, so the cache was emptied before the switch, which costs all sites of that php-fpm some slow requests.",
    act: "the setting is in the text; it holds from php-fpm's next restart on. Four releases should fit.",
  },
  {
    title: "A release is preloaded",
    ...preloaded(),
    why: "php-fpm loads `opcache.preload` when it starts and keeps it whatever is released: requests would run a mixture of two versions. Refused before anything is changed.",
  },
  {
    title: "A script cannot be compiled",
    text: warmed("… of the release cannot be compiled, as … (…)"),
    why: "A syntax error, or a class that is not there yet; a file that no request runs may be so for years. The switch goes on.",
  },
  {
    title: "Scripts of the future",
    text: warmed(
      "opcache never keeps … with times in the future of the host's clock, as …, and each request compiles them anew. Set the host's clock, and touch them",
    ),
    why: "Files that `prepare` or others wrote while the clock was wrong.",
  },
  {
    title: "opcache does not keep scripts",
    text: warmed(
      "opcache compiles and does not keep …, as …: by opcache.blacklist_filename or opcache.max_file_size, or for want of room",
    ),
    why: "A setting says so, or the keys are used up (`opcache.max_accelerated_files`).",
  },
  {
    title: "It may be another PHP's opcache",
    text: warmed(
      "this opcache (PHP …) holds no script of …, which is live: if the site's requests go to another pool (there is …), name that in `pools`",
    ),
    why: "After an upgrade of PHP the old version's socket is still there, and nginx asks the new one, or the other way round.",
  },
  {
    title: "The JIT buffer is nearly full",
    text: warmed(
      "opcache's JIT buffer is nearly full (… of … kB free), and only a restart empties it: new code runs without JIT. Raise opcache.jit_buffer_size",
    ),
    why: "Code of old releases stays in it, invalidated or not.",
  },
  {
    title: "A reset waits for a request",
    text: `warning: opcache: ${POOL}: ${quoted("the reset waits for a request that began before it; until that ends opcache is off for every pool of this php-fpm, and after … s php-fpm kills it", "opcache/reset.ts")}`,
    why: "php-fpm empties the cache when no request uses it. A download, a long poll or a stuck script holds that up.",
    act: "php-fpm's slow log names the script. The default policy resets only where there is no room.",
  },
  {
    title: "opcache may not be asked",
    text: `warning: opcache: ${POOL}: ${quoted("opcache.restrict_api keeps this script from opcache; it must be empty, or a prefix of its path", "opcache/place.ts")}`,
    why: "So it is with `disable_functions` that holds opcache's functions.",
  },
  {
    title: "The pool is busy",
    text: quoted(
      "no whole answer within … s: all children of the pool are busy, or the script takes longer",
      "opcache/request.ts",
    ),
    why: "In a smoke it stops the switch; while warming it ends the warming.",
    act: "`pm.max_children` of the pool, and its slow log.",
  },
];

function preloaded(): Pick<Trouble, "text"> {
  const { text } = troubleOf({ title: "", why: "", reason: "warm-failed", seen: preloadRefusal(POOL, survey) });
  return { text };
}
