import { placeholderRoot } from "../site.ts";
import type { Facts } from "./facts.ts";
import type { Asked, History, Switch } from "./history.ts";
import { noJournal, noSite, problemsOf } from "./problems.ts";
import { countOf, releasesOf, stateOf, uploadOf } from "./releases.ts";
import type { Draining, Include, Running, Status, Unfinished } from "./status.ts";
import { ended, switches } from "./switches.ts";
import { timeOf } from "./time.ts";

/** What the facts come to. */
export function statusOf(facts: Facts, asked: Asked): Status {
  const { deployPath } = asked;
  const told = switches(facts.journal, facts.lock === "held");
  const uploads = facts.uploads.map(uploadOf);
  const releases = releasesOf(facts, deployPath, uploads, told);
  const { strategy, includeRoot, current, owner, deployer, previous } = facts;
  const [deployerSince = "", ...holder] = deployer.split(" ");
  const seen: Omit<Status, keyof Asked | "at" | "ok" | "problems"> = {
    unseen: facts.unseen,
    strategy,
    // Where the path to the site leads through a link, `current` itself says it better than the place where it ends.
    live: versionIn(strategy === "symlink" ? current : includeRoot, deployPath),
    committed:
      facts.live === "" ? null : { version: facts.live, since: facts.since?.at ?? null, who: facts.since?.who ?? null },
    previous: previous === "" ? null : { version: previous, state: stateOf(previous, releases, facts, deployPath) },
    include: includeOf(facts),
    workers: workersOf(facts),
    current: current === "" ? null : { target: current, version: versionIn(current, deployPath) },
    lock: facts.lock,
    running: runningOf(facts, told),
    unfinished: unfinishedOf(facts, deployPath),
    last: ended(told).at(-1) ?? null,
    draining: drainingOf(facts),
    releases,
    uploads,
    deployer: deployer === "" ? null : { holder: holder.join(" "), since: timeOf(deployerSince) },
    owner:
      owner === undefined
        ? null
        : { stack: owner.stack ?? "?", resource: owner.resource ?? "?", since: owner.since ?? "?" },
  };
  const problems = problemsOf(seen, facts, asked);
  return { ...asked, at: facts.now, ok: problems.length === 0, problems, ...seen };
}

/** The last switches that the facts tell of. */
export function historyOf(facts: Facts, asked: Asked, limit: number): History {
  const missing = noSite(facts, asked) ?? noJournal(facts, asked);
  return {
    ...asked,
    at: facts.now,
    problems: missing === undefined ? [] : [missing],
    unseen: facts.unseen,
    switches: switches(facts.journal, facts.lock === "held").slice(-limit),
  };
}

/** The version of a path at or below releases/, as nginx's include and `current` have it. */
function versionIn(path: string, deployPath: string): string | null {
  const relative = path.startsWith(`${deployPath}/`) ? path.slice(deployPath.length + 1) : path;
  return /^releases\/([^/]+)(?:\/|$)/.exec(relative)?.[1] ?? null;
}

function includeOf(facts: Facts): Include | null {
  const { place, includePath, includeState, includeRoot, rootThere, includeLines, lostName, namedThen } = facts;
  if (place !== "site") return null;
  return {
    path: includePath,
    state: includeState === "foreign" ? "edited" : includeState,
    root: includeRoot || null,
    rootThere,
    text: includeState === "foreign" ? includeLines.join(" ") : null,
    lostBy: lostName || null,
    namedBy: facts.namedNow.filter((file) => !namedThen.includes(file)),
  };
}

function workersOf({ workers, journalSeen, strategy }: Facts): string {
  if (strategy === "symlink") return "unneeded";
  if (workers === "witnessed") return "read";
  // The proof of a reload stands in the journal.
  if (workers === "unwitnessed") return journalSeen ? "unproved" : "unknown";
  return workers === "not-running" ? workers : "unknown";
}

function runningOf({ journal }: Facts, told: readonly Switch[]): Running | null {
  const last = told.at(-1);
  if (last?.outcome !== "running") return null;
  const step = journal.findLast(({ run }) => run === last.run)?.step ?? "locked";
  return { who: last.who, from: last.from, to: last.to, since: last.at, step };
}

function unfinishedOf({ unfinished: [end, start], beforeGone, live }: Facts, deployPath: string): Unfinished | null {
  if (end === undefined || start === undefined) return null;
  const { before = "" } = start;
  const placeholder = before === placeholderRoot(deployPath);
  const root = before === "verbatim" ? before : placeholder ? "placeholder" : versionIn(before, deployPath);
  // What was to come back is gone: then it is what was committed last (host/switch/restore.sh, choose_before).
  const restores = beforeGone ? live || "placeholder" : root;
  return { who: start.who, from: start.from || null, to: start.to ?? "", since: end.at, step: end.step, restores };
}

function drainingOf({ leaving, draining }: Facts): Draining[] {
  const workers = new Map<number, { since: string | null; versions: string[] }>();
  for (const line of draining) {
    const [at = "", word = "", version = ""] = line.split(" ");
    const pid = countOf(word);
    if (pid === null) continue;
    const worker = workers.get(pid) ?? { since: at, versions: [] };
    if (version !== "" && !worker.versions.includes(version)) worker.versions.push(version);
    workers.set(pid, worker);
  }
  for (const pid of leaving.map(countOf))
    if (pid !== null && !workers.has(pid)) workers.set(pid, { since: null, versions: [] });
  return [...workers].map(([pid, worker]) => ({ pid, ...worker }));
}
