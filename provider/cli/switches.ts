import type { Outcome, Switch } from "./history.ts";
import type { JournalLine } from "./journal.ts";

/** A switch whose lines are still being read. */
interface Draft {
  readonly run: string;
  readonly at: string;
  readonly who: string;
  readonly to: string;
  from: string | undefined;
  /** The root to come back to; absent until something is changed. */
  before: string | undefined;
  end: End | undefined;
}

interface End extends Pick<Switch, "outcome" | "reason" | "restored" | "settledBy"> {
  readonly at: string | undefined;
}

/** The switches that the lines tell of, oldest first. `held`: somebody holds the site's lock. */
export function switches(lines: readonly JournalLine[], held: boolean): Switch[] {
  const drafts: Draft[] = [];
  const byRun = new Map<string, Draft>();
  for (const line of lines) {
    const own = byRun.get(line.run);
    if (line.step === "locked" || (line.step === "switching" && own === undefined)) {
      const draft = begun(line);
      drafts.push(draft);
      byRun.set(line.run, draft);
    } else if (line.step === "switching" && own !== undefined) {
      own.from = line.from;
      own.before = line.before;
    } else hear(line, own, drafts);
  }
  const last = drafts.at(-1);
  if (held && last !== undefined) last.end ??= ending("running", null, undefined);
  fillFrom(drafts);
  return drafts.map(finished);
}

/** Those that came to an end. */
export function ended(told: readonly Switch[]): readonly Switch[] {
  return told.filter(({ outcome }) => outcome !== "running");
}

function begun({ run, at, who, from, to = "", before }: JournalLine): Draft {
  return { run, at, who, from, to, before, end: undefined };
}

function ending(outcome: Outcome, reason: string | null, at: string | undefined): End {
  return { outcome, reason, restored: null, settledBy: null, at };
}

function hear(line: JournalLine, own: Draft | undefined, drafts: readonly Draft[]): void {
  const { at, step, who, reason = null } = line;
  if (step === "restored" || step === "unrestored") {
    if (own !== undefined) own.end = { ...ending(step, reason, at), restored: restoredBy(line, own) };
    else recover(line, drafts);
  } else if (own === undefined) return;
  else if (step === "committed") {
    own.from ??= line.from;
    // What was left open by others is over, wherever it was to go.
    for (const draft of drafts.filter(isOpen).filter((open) => open !== own))
      draft.end = { ...(draft.end ?? ending("interrupted", null, undefined)), settledBy: who };
    own.end = ending(own.from === own.to ? "repaired" : "switched", null, at);
  } else if (step === "unchanged" || step === "failed") own.end ??= ending(step, reason, at);
}

/** A run that restores before it has a line of its own mends what an earlier one left. */
function recover(line: JournalLine, drafts: readonly Draft[]): void {
  const left = drafts.findLast((draft) => isOpen(draft) && draft.to === line.from);
  if (left === undefined) return;
  if (line.step === "unrestored") left.end = ending("unrestored", line.reason ?? null, undefined);
  else {
    const before = left.end ?? ending("interrupted", null, undefined);
    left.end = { ...before, restored: restoredBy(line, left), settledBy: line.who };
  }
}

/** It changed something, and nobody has come to an end of that yet. */
function isOpen({ before, end }: Draft): boolean {
  return before !== undefined && (end === undefined || (end.outcome === "unrestored" && end.settledBy === null));
}

function restoredBy(line: JournalLine, { before }: Draft): string | null {
  if (line.step === "unrestored") return null;
  if (before === "verbatim") return before;
  if (before?.endsWith("/.site-release/empty")) return "placeholder";
  return line.to || null;
}

/** A switch that failed early does not say from where: what was committed before it, or else what the next one found. */
function fillFrom(drafts: readonly Draft[]): void {
  let live: string | undefined;
  for (const draft of drafts) {
    const { outcome } = draft.end ?? {};
    if (outcome === "unchanged") draft.from = draft.to;
    draft.from ??= live;
    live = outcome === "switched" || outcome === "repaired" ? draft.to : draft.from;
  }
  for (const [at, draft] of [...drafts.entries()].reverse()) draft.from ??= drafts[at + 1]?.from;
}

function finished({ run, at, who, from = "", to, before, end }: Draft): Switch {
  const { at: ended = "", ...how } = end ?? ending(before === undefined ? "failed" : "interrupted", null, undefined);
  const seconds = (Date.parse(ended) - Date.parse(at)) / 1000;
  return { run, at, who, from: from || null, to, ...how, seconds: Number.isNaN(seconds) ? null : seconds };
}
