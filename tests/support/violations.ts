import { rootDir, type Site } from "../../provider/site.ts";
import type { Seen } from "./eyes.ts";
import { isOpen, readJournal } from "./journalLines.ts";

/** What a test knows of the moment at which it asks. */
export interface Moment {
  /** The version that must be live, or those of which one must be; "none" while no version was ever healthy. */
  readonly serves: string | readonly string[];
  /** The include's text, where somebody wrote it by hand. @default one line of ours */
  readonly include?: string;
  /** nginx's configuration is red, through somebody else's doing. @default false */
  readonly red?: boolean;
  /** A switch may have been broken off, and none has run since: it may be open, and its temporary files may lie there. @default false */
  readonly interrupted?: boolean;
  /** The disk was full, or the power went: the journal may hold what is left of a line. @default false */
  readonly torn?: boolean;
  /** What `status` rightly finds wrong, through somebody else's doing. @default nothing */
  readonly problems?: readonly string[];
}

/** Where a site is, and what it answers with a version. */
export interface Place {
  readonly site: Site;
  page(version: string): string;
}

/** What of that which must always be true (CONTRIBUTING.md, by its numbers) is not; what only the next run can show is its tests' to ask. */
export function violations(seen: Seen, moment: Moment, place: Place): string[] {
  const wrong = [
    ...wrongInclude(seen, moment, place),
    ...wrongWorkers(seen, moment, place),
    ...wrongLocks(seen, moment),
    ...seen.broken.map((what) => `4. ${what}`),
    ...wrongReport(seen, moment, place),
  ];
  return [...new Set(wrong)];
}

/** The version that the include names: "none" for the placeholder, nothing if it is none of those that may be. */
export function namedVersion({ include }: Pick<Seen, "include">, moment: Moment, { site }: Place): string | undefined {
  const may = [moment.serves].flat();
  if (moment.include !== undefined && include !== moment.include) return undefined;
  const theirs = moment.include === undefined ? "" : include.slice(include.indexOf("\n") + 1);
  return may.find((version) => include === `set $root_dir ${rootOf(site, version)};\n${theirs}`);
}

function rootOf(site: Site, version: string): string {
  return version === "none" ? `${site.deployPath}/.site-release/empty` : rootDir(site, version);
}

function* wrongInclude(seen: Seen, moment: Moment, place: Place): Generator<string> {
  const { include, rootThere, green } = seen;
  if (namedVersion(seen, moment, place) === undefined)
    yield `1. the include is ${JSON.stringify(include)}, not that of ${[moment.serves].flat().join(" or ")}`;
  if (!rootThere) yield "1. the root that the include names is not there";
  if (green !== !moment.red) yield `1. nginx -t is ${green ? "green" : "red"}`;
}

function* wrongWorkers(seen: Seen, moment: Moment, place: Place): Generator<string> {
  const { answers, workers, journal } = seen;
  const [serving, wanted] = workers;
  if (serving !== wanted) yield `2. ${serving} workers serve, not ${wanted}`;
  const named = namedVersion(seen, moment, place);
  // Where a switch was broken off between the include and the reload they serve the other one.
  const isBetween = moment.interrupted && isOpen(readJournal(journal).entries);
  const may = isBetween || named === undefined ? [moment.serves].flat() : [named];
  const said = answers.map(({ status, body }) => [status, body.slice(0, 80)].join(" "));
  if (new Set(servedOf(seen, may, place)).size !== 1 || servedOf(seen, may, place).includes(undefined))
    yield `2. the site answers ${[...new Set(said)].join(" and ")}, not as ${may.join(" or ")}`;
}

/** Which of the versions each answer is of. */
function servedOf({ answers }: Seen, versions: readonly string[], place: Place): (string | undefined)[] {
  return answers.map(({ status, body }) =>
    versions.find((version) => (version === "none" ? status === 404 : status === 200 && body === place.page(version))),
  );
}

function* wrongLocks({ locked, left, journal }: Seen, moment: Moment): Generator<string> {
  for (const place of locked) yield `3. somebody holds the lock on ${place}`;
  if (!moment.interrupted) for (const path of left) yield `3. ${path} was left there`;
  const { torn, odd } = readJournal(journal);
  for (const line of [...odd, ...(moment.torn ? [] : torn)]) yield `3. the journal holds ${JSON.stringify(line)}`;
}

function* wrongReport(seen: Seen, moment: Moment, place: Place): Generator<string> {
  const { status, current, journal } = seen;
  const { entries } = readJournal(journal);
  const named = namedVersion(seen, moment, place);
  const committed = entries.findLast(({ step }) => step === "committed")?.to ?? null;
  const facts = {
    live: [status.live ?? "none", named ?? status.live ?? "none"],
    committed: [status.committed?.version ?? null, committed],
    current: [status.current?.target ?? "", current],
    lock: [status.lock, "free"],
    unfinished: [status.unfinished !== null, isOpen(entries)],
  };
  for (const [name, [said, is]] of Object.entries(facts))
    if (said !== is) yield `6. status says ${name} ${said}, and it is ${is}`;
  const serves = named !== undefined && servedOf(seen, [named], place).every((version) => version !== undefined);
  if (status.workers === "read" && !serves)
    yield "6. status says that the workers have read the include, and they have not";
  if (moment.red) return;
  if (!isOpen(entries)) {
    if (named !== "none" && committed !== named)
      yield `6. the journal has ${committed} committed, and the include names ${named}`;
  } else if (!moment.interrupted) yield "5. the last switch was not brought to an end";
  if (moment.interrupted) return;
  const problems = status.problems.map(({ text }) => text).join("; ");
  const wanted = moment.problems ?? (committed === null && named === "none" ? ["no version is live yet"] : []);
  if (problems !== wanted.join("; "))
    yield `6. status finds ${problems || "nothing"} wrong, and ${wanted.join("; ") || "nothing"} is`;
}
