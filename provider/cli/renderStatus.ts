import { type Paint, together, wrap } from "./layout.ts";
import { outcomeText } from "./renderHistory.ts";
import { releaseRows } from "./renderReleases.ts";
import type { Status } from "./status.ts";
import { age, shown } from "./time.ts";
import { problemLines, restored } from "./words.ts";

const KEY = 10;

/** What a person reads, in 80 columns. */
export function renderStatus(status: Status, paint: Paint): string {
  const lines = [paint("key", `${status.deployPath} on ${status.host}`), ""];
  for (const [key, texts] of sections(status)) {
    for (const [at, text] of texts.entries())
      lines.push(...wrap(text, (at === 0 ? key : "").padEnd(KEY), " ".repeat(KEY)));
  }
  if (status.releases.length > 0) {
    const rows = releaseRows(status, paint);
    lines.push(...rows.map((row, at) => `${(at === 0 ? "releases" : "").padEnd(KEY)}${row}`));
  }
  if (lines.length > 2) lines.push("");
  return `${[...lines, ...verdict(status, paint)].join("\n")}\n`;
}

function sections(status: Status): [string, string[]][] {
  if (status.include === null) return [];
  const all: [string, string[]][] = [
    ["live", [liveText(status)]],
    ["previous", [previousText(status)]],
    ["include", [includeText(status)]],
    ["current", [status.current?.target ?? "no link"]],
    ["switch", switchTexts(status)],
    ["lock", lockTexts(status)],
    ["draining", drainingTexts(status)],
    ["owner", [ownerText(status)]],
    ["uploads", uploadTexts(status)],
  ];
  return all.filter(([, texts]) => texts.length > 0);
}

function liveText({ live, committed, include, at, unseen }: Status): string {
  const since = committed?.since ? ` since ${moment(committed.since, at)}, by ${committed.who}` : "";
  if (committed !== null && live === committed.version) return `${live}${since}`;
  const last = committed === null ? "" : `; committed last: ${committed.version}${since}`;
  if (live !== null) return `${live}, which no switch has committed${last}`;
  if (include?.state === "unreadable") return `unknown, since ${unseen.join(", ")} cannot be seen${last}`;
  return `none${last}`;
}

function moment(time: string, now: string): string {
  const ago = age(time, now);
  return `${together(shown(time))}${ago === "" ? "" : ` ${together(`(${ago} ago)`)}`}`;
}

function previousText({ previous }: Status): string {
  if (previous === null) return "none: there is nothing to roll back to";
  const { version, state } = previous;
  if (state === "complete") return `${version}, which a rollback goes to`;
  return `${version}, which ${state === "missing" ? "is no longer on the host" : `is ${state} on the host`}`;
}

function includeText({ include, live, deployPath, workers, strategy }: Status): string {
  if (include === null) return "";
  if (strategy === "symlink") return "not used: nginx follows `current` at each request (strategy symlink)";
  const path = include.path.startsWith(`${deployPath}/`) ? include.path.slice(deployPath.length + 1) : include.path;
  if (include.state === "missing") return `${path} is missing`;
  if (include.state === "unreadable") return `${path} cannot be read`;
  const placeholder = include.root?.endsWith("/.site-release/empty");
  const names =
    include.root === null ? "names no root" : `names ${placeholder ? "the placeholder" : (live ?? include.root)}`;
  const proof = include.lostBy === null ? (PROOFS.get(workers) ?? workers) : `${include.lostBy} names it no more`;
  return `${path} ${names}${include.state === "edited" ? " in words of somebody else" : ""}; ${proof}`;
}

const PROOFS: ReadonlyMap<string, string> = new Map([
  ["read", "the running workers have read it"],
  ["unproved", "no proof that the running workers have read it"],
  ["not-running", "nginx does not run"],
  ["unknown", "whether the running workers have read it is not known"],
]);

function switchTexts({ running, unfinished, last, committed, at }: Status): string[] {
  const texts: string[] = [];
  if (running !== null) {
    const { from, to, who, since, step } = running;
    texts.push(`${change(from, to)} by ${who} goes on since ${moment(since, at)}, at "${step}"`);
  } else if (unfinished !== null) {
    const { from, to, who, since, step, restores } = unfinished;
    const back = restored(restores);
    texts.push(
      `${change(from, to)} by ${who} is unfinished: the last that it wrote was "${step}" at ${moment(since, at)}. The next run to ${to} finishes it${back === undefined ? "" : `; one to another version first restores ${back}`}`,
    );
  }
  // What made the live version live is told there.
  const isTold = last?.outcome === "interrupted" && last.settledBy === null && unfinished !== null;
  const isLive = last?.outcome === "switched" && last.to === committed?.version;
  if (last !== null && !isTold && !isLive)
    texts.push(`last: ${change(last.from, last.to)} by ${last.who} at ${moment(last.at, at)}: ${outcomeText(last)}`);
  return texts;
}

function change(from: string | null, to: string): string {
  return together(`${from ?? "none"} -> ${to}`);
}

function lockTexts({ lock, running, deployer, deployPath, at }: Status): string[] {
  const texts = [lock];
  if (lock === "held")
    texts[0] =
      running === null ? `held by somebody who has not said who (fuser -v ${deployPath})` : `held by ${running.who}`;
  if (deployer !== null)
    texts.push(
      `Deployer holds .dep/deploy.lock since ${moment(deployer.since, at)} (${deployer.holder}); a switch waits for it`,
    );
  return texts;
}

function drainingTexts({ draining, at }: Status): string[] {
  return draining.map(({ pid, since, versions }) => {
    const began = since === null ? "left by a reload of somebody else's" : `since ${moment(since, at)}`;
    return `worker ${pid} ${began}${versions.length === 0 ? "" : `, holds ${versions.join(" and ")}`}`;
  });
}

function ownerText({ owner }: Status): string {
  return owner === null ? "none" : `${owner.resource} of stack ${owner.stack} since ${shown(owner.since)}`;
}

function uploadTexts({ uploads, at }: Status): string[] {
  return uploads.map(({ user, since, cut, preparing }) => {
    const what = preparing === null ? "a release" : `release ${preparing}`;
    return cut
      ? `what ${user} sent of ${what} until ${moment(since, at)}: nobody is at work on it`
      : `${user} puts ${what} there since ${moment(since, at)}`;
  });
}

function verdict({ problems, unseen, lock }: Status, paint: Paint): string[] {
  const well = unseen.length === 0 ? "All is as it should be." : "What could be seen is as it should be.";
  const lines =
    problems.length > 0
      ? ["Not as it should be:", ...problemLines(problems, paint)]
      : [paint("good", lock === "held" ? "A switch goes on." : well)];
  if (unseen.length > 0) lines.push("Not seen by this login:", ...unseen.flatMap((what) => wrap(what, "- ", "  ")));
  return lines;
}
