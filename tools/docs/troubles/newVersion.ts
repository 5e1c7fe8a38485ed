import { unresolved } from "../../../provider/switch/trace.ts";
import { switchPlanOf } from "../../../tests/support/switchPlan.ts";
import { noRoom, probed, smoked } from "./seen.ts";
import { type EndedSwitch, restored, SITE } from "./switches.ts";

/** What is wrong with the new version, or was with the one before it. */
export const newVersion: readonly EndedSwitch[] = [
  {
    title: "The smoke failed",
    reason: "smoke-failed",
    detail: "smoke",
    seen: smoked('PHP Fatal error:  Uncaught Error: Class "App\\Kernel" not found', "<h1>Server Error</h1>"),
    why: "The new release's front controller was run straight through php-fpm, before nginx knows of it, and PHP's own words are in the brackets, and then what the page said. No visitor has met it.",
    act: "mend the release and give it a new version. A page that cannot answer 200 without a login or a host name has a better one for `smoke.path`, or `smoke.expectStatus`.",
  },
  {
    title: "The probe failed, and the version before is back",
    reason: "probe-failed",
    detail: "probe",
    facts: { ...restored, "error-log-hidden": "/var/log/nginx/error.log", "error-log-group": "adm" },
    seen: probed({ path: "/up", expectStatus: [200] }, 502, "<title>502 Bad Gateway</title><hr>nginx/1.26.3"),
    why: "The version had the traffic and did not answer as `probe` wants, so it lost it again. What it answered last is in the brackets. nginx's error log has the other half of the story, and is shown if the login may read it.",
    act: "mend it and give it a new version. If the site is right and the probe is not: `probe.path`, `expectStatus`, `scheme` and `port` say what to ask. A path of its own wants 200, and a redirect is not followed.",
  },
  {
    title: "opcache could not take the release",
    reason: "warm-failed",
    detail: "warm",
    seen: noRoom(),
    why: '`opcache.whenFull: "fail"` refuses a switch to a cold cache. By default the cache is reset instead.',
  },
  {
    title: "The release is not on the host",
    reason: "release-missing",
    detail: `${SITE}/releases/43`,
    why: "The Switch found no such directory: it was removed between its Release's work and its own, or the Switch is used without a Release.",
  },
  {
    title: "The release has no manifest",
    reason: "release-unfinished",
    detail: `${SITE}/releases/43`,
    why: "A release counts as complete once its manifest is written. This one was put there by others and was not adopted, or its manifest was removed.",
    act: "let the Release adopt it (`pulumi up --refresh`), or use a new version.",
  },
  {
    title: "The release has no web root",
    reason: "root-missing",
    detail: `${SITE}/releases/43/public`,
    why: "`publicDir` is `public` unless the program says otherwise, and the release has no such directory.",
  },
  {
    title: "nginx may not read the release",
    reason: "release-unreadable",
    detail: "/var/www (drwx------, user www-data)",
    why: "nginx's workers need the right to pass every directory above the release, and to read in it; `deploy` can, and they cannot. Seen before traffic moves.",
    act: "as the text says; a home directory is best left alone, with the site in a place such as `/var/www`.",
  },
  {
    title: "A step was undone and has not run since",
    reason: "step-undone",
    detail: "migrate",
    why: "An earlier switch to this version failed, and the step's `onRestore` ran. Pulumi sees no change in the step, so the switch has it run again.",
  },
  {
    title: "`current` is a directory",
    reason: "current-is-directory",
    detail: `${SITE}/current`,
    facts: restored,
    why: "Something else keeps files there, where every tool of this layout has a link.",
  },
  {
    title: "Somebody moved `current` meanwhile",
    reason: "current-moved",
    facts: { restored: "verbatim" },
    plan: { strategy: "symlink" },
    why: 'With `strategy: "symlink"` that link is the switch, and it no longer is what this one set. Deployer, Capistrano or a person switches the site too.',
  },
  {
    title: "Requests do not resolve through `current`",
    reason: "current-unresolved",
    facts: restored,
    plan: { strategy: "symlink" },
    seen: unresolved(switchPlanOf("43"), "GET /pulumi-site-release-5b1c.css answered 404"),
    why: "The first switch by `current` asks for a file of a random name in the new release, and nginx did not find it there: its server block has another root.",
    act: "the lines are in [how a switch goes](switch.md#by-the-include-or-by-the-link). If the probe's place is another site's, name the right one in `probe` (scheme, port, host).",
  },
  {
    title: "Nobody follows `current`",
    reason: "current-unused",
    facts: restored,
    plan: { strategy: "symlink" },
    why: "The version was live already, so that nothing new could be asked for; the link's time of access says that no request went through it.",
  },
];
