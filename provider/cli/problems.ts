import type { Facts } from "./facts.ts";
import type { Asked, Problem } from "./history.ts";
import type { Status } from "./status.ts";
import { restored } from "./words.ts";

type Seen = Omit<Status, keyof Asked | "at" | "ok" | "problems">;

const REPAIR = "pulumi up --refresh";

/** What is not as it should be, the gravest first. Of a switch that goes on nothing is said: it leaves the site whole, one way or the other. */
export function problemsOf(seen: Seen, facts: Facts, asked: Asked): Problem[] {
  const none = noSite(facts, asked);
  if (none !== undefined) return [none];
  const found = seen.lock === "held" ? [stopped(seen)] : [...traffic(seen, facts), ...releases(seen), pending(facts)];
  return found.filter((problem) => problem !== undefined);
}

/** Why there is no site there. */
export function noSite({ place }: Facts, { deployPath, host }: Asked): Problem | undefined {
  switch (place) {
    case "site":
      return undefined;
    case "missing":
      return { text: `${deployPath} does not exist`, next: `Check the path; the first "pulumi up" makes the site` };
    case "no-directory":
      return { text: `${deployPath} is no directory`, next: "Check the path: it is the resource's deployPath" };
    case "hidden":
      return { text: `this login may not look into ${deployPath}`, next: `Log in to ${host} as the site's user` };
    case "empty":
      return { text: `${deployPath} is empty: nothing was released there yet`, next: "pulumi up" };
    default:
      return {
        text: `${deployPath} is no site: it has neither releases/ nor .site-release/`,
        next: "Check the path: it is the resource's deployPath",
      };
  }
}

/** Why its history cannot be told. */
export function noJournal({ journalSeen, unseen }: Facts, { host }: Asked): Problem | undefined {
  if (journalSeen) return undefined;
  return { text: `this login cannot see ${unseen.join(", ")}`, next: `Log in to ${host} as the site's user` };
}

function stopped({ workers }: Seen): Problem | undefined {
  if (workers !== "not-running") return undefined;
  return {
    text: "nginx does not run, or its pid file is another one",
    next: "As root: systemctl start nginx.service; if it runs: --pid-file <path>",
  };
}

function traffic(seen: Seen, facts: Facts): (Problem | undefined)[] {
  const { unfinished, committed } = seen;
  if (unfinished !== null) return [stopped(seen), interrupted(seen)];
  if (committed === null) return [stopped(seen), facts.journalSeen ? nothingLive(seen) : undefined];
  if (seen.strategy === "symlink") return [current(seen, committed.version), target(seen)];
  return [
    stopped(seen),
    unnamed(seen, facts),
    include(seen, committed.version),
    workers(seen),
    current(seen, committed.version),
  ];
}

function interrupted({ unfinished }: Seen): Problem | undefined {
  if (unfinished === null) return undefined;
  const { to, who, step, restores } = unfinished;
  const how = step === "unrestored" ? "failed, and so did its restore" : `was interrupted after "${step}"`;
  const back = restored(restores);
  return {
    text: `the switch to ${to} by ${who} ${how}`,
    next: `"pulumi up" to ${to} finishes it${back === undefined ? "" : `, to another version first restores ${back}`}`,
  };
}

function nothingLive({ live, include: named }: Seen): Problem {
  if (live !== null)
    return { text: `nginx's include names ${live}, and no switch of this package did that`, next: "pulumi up" };
  const answer = named?.state === "missing" ? "nginx's include is missing" : "no version is live yet";
  return { text: answer, next: "pulumi up" };
}

function include({ include: named, live }: Seen, version: string): Problem | undefined {
  if (named === null || named.state === "unreadable") return undefined;
  if (named.state === "missing")
    return { text: `${named.path} is missing: nginx can neither start nor reload`, next: REPAIR };
  if (named.state === "edited") return { text: `${named.path} was edited: ${named.text}`, next: REPAIR };
  if (live !== version)
    return { text: `nginx's include names ${live ?? named.root}, and ${version} was switched to last`, next: REPAIR };
  return named.rootThere ? undefined : { text: `${named.root} is not there`, next: "pulumi up, with another version" };
}

/** A file named the include at the last switch, and none has come to do so instead. One that lies there and nginx does not read may still. */
function isUnnamed({ include: named }: Seen): boolean {
  return named !== null && named.lostBy !== null && named.namedBy.length === 0;
}

/** Not even such a file does. */
function isNamedNowhere({ lostName, namedNow }: Facts): boolean {
  return lostName !== "" && namedNow.length === 0;
}

function unnamed(seen: Seen, facts: Facts): Problem | undefined {
  if (!isUnnamed(seen)) return undefined;
  const { lostName, includeNamed, namedNow } = facts;
  const back = `"include ${includeNamed};" and "root $root_dir;" back into the site's server block; then, as root: "nginx -t && systemctl reload nginx.service"`;
  if (isNamedNowhere(facts))
    return {
      text: `nginx's configuration names the include no more: ${lostName} did when the site was switched last`,
      next: `Put ${back}`,
    };
  return {
    text: `${lostName} names the include no more, as it did when the site was switched last; ${namedNow.join(", ")} still does`,
    next: `If nginx reads that, ${REPAIR}; else put ${back}`,
  };
}

function workers(seen: Seen): Problem | undefined {
  const { workers: proof, include: named } = seen;
  if (proof !== "unproved" || named?.state !== "ours" || isUnnamed(seen)) return undefined;
  const { lostBy, namedBy } = named;
  return {
    text:
      lostBy === null
        ? "nothing proves that nginx's workers have read the include as it is now"
        : `nothing proves that nginx's workers have read the include: ${lostBy} named it, and now ${namedBy.join(", ")}`,
    next: REPAIR,
  };
}

function current({ current: link }: Seen, version: string): Problem | undefined {
  if (link?.version === version) return undefined;
  return {
    text: link === null ? "`current` is no link" : `\`current\` points at ${link.target}, not at ${version}`,
    next: REPAIR,
  };
}

/** Where nginx follows `current`, the root that was seen is where it leads. */
function target({ current: link, include: named }: Seen): Problem | undefined {
  if (link === null || named?.rootThere) return undefined;
  return { text: `${link.target}, where \`current\` points, is not there`, next: "pulumi up, with another version" };
}

function releases({ live, releases: all, include: named }: Seen): (Problem | undefined)[] {
  const release = all.find(({ version }) => version === live);
  if (release?.state !== "unfinished" || named?.rootThere !== true) return [];
  return [{ text: `the live release ${release.version} has no manifest`, next: "pulumi up, with another version" }];
}

function pending(facts: Facts): Problem | undefined {
  const { pendingEdits, live } = facts;
  // The first switch of a site takes them along; and no reload before the include is named again.
  if (pendingEdits.length === 0 || live === "" || isNamedNowhere(facts)) return undefined;
  return {
    text: `edits of nginx's configuration that nobody has reloaded stop the next switch: ${pendingEdits.join(", ")}`,
    next: 'As root: "nginx -t && systemctl reload nginx.service"',
  };
}
