import { ownDir, placeholderRoot } from "../site.ts";
import type { Facts } from "./facts.ts";
import type { Asked, History, Switch } from "./history.ts";
import { noJournal, noSite, problemsOf } from "./problems.ts";
import type { Draining, Include, Release, Running, Status, Unfinished, Upload } from "./status.ts";
import { switches } from "./switches.ts";
import { timeOf } from "./time.ts";

/** What the facts come to. */
export function statusOf(facts: Facts, asked: Asked): Status {
  const { deployPath } = asked;
  const told = switches(facts.journal, facts.lock === "held");
  const releases = releasesOf(facts, deployPath);
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
    last: told.findLast(({ outcome }) => outcome !== "running") ?? null,
    draining: drainingOf(facts),
    releases,
    uploads: facts.uploads.map(uploadOf),
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

function includeOf({ place, includePath, includeState, includeRoot, rootThere, includeLines }: Facts): Include | null {
  if (place !== "site") return null;
  return {
    path: includePath,
    state: includeState === "foreign" ? "edited" : includeState,
    root: includeRoot || null,
    rootThere,
    text: includeState === "foreign" ? includeLines.join(" ") : null,
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

function releasesOf({ releases, manifests, unseen }: Facts, deployPath: string): Release[] {
  const complete = new Map(manifests.map(manifestOf));
  const own = ownDir(deployPath);
  const without = unseen.includes(own) || unseen.includes(`${own}/manifests`) ? "unknown" : "unfinished";
  return releases
    .map((line) => {
      const { time = "", user = "?", kind = "", name = "" } = RELEASE.exec(line)?.groups ?? {};
      const manifest = complete.get(name);
      const state = KINDS.get(kind) ?? "other";
      const whole = state === "directory" ? manifest : undefined;
      return {
        version: name,
        state: state === "directory" ? (whole === undefined ? without : "complete") : state,
        at: timeOf(whole?.time ?? time),
        user,
        files: whole?.files ?? null,
        bytes: whole?.bytes ?? null,
      };
    })
    .filter(({ version }) => version !== "")
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.version < b.version ? -1 : 1));
}

const RELEASE = /^(?<time>\d+) (?<user>\S+) (?<kind>[^|]*)\|\.\/(?<name>.*)$/;
const KINDS: ReadonlyMap<string, string> = new Map([
  ["directory", "directory"],
  ["symbolic link", "link"],
]);

function manifestOf(line: string): [string, { time: string; files: number | null; bytes: number | null }] {
  const [time = "", files, bytes, ...name] = line.split(" ");
  return [name.join(" "), { time, files: countOf(files), bytes: countOf(bytes) }];
}

/** Null is what is no number: a line of the host's that was cut, or is somebody else's. */
function countOf(word: string | undefined): number | null {
  return word !== undefined && /^\d{1,15}$/.test(word) ? Number(word) : null;
}

function stateOf(version: string, releases: readonly Release[], { unseen }: Facts, deployPath: string): string {
  const absent = unseen.includes(`${deployPath}/releases`) ? "unknown" : "missing";
  return releases.find((release) => release.version === version)?.state ?? absent;
}

function uploadOf(line: string): Upload {
  const [time = "", user = "?", state, preparing = ""] = line.split(" ");
  return { user, since: timeOf(time), cut: state !== "held", preparing: preparing || null };
}
