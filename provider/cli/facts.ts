import { excerpt } from "../excerpt.ts";
import type { Answer } from "../transport/conversation.ts";
import { type JournalLine, journalLine, texts } from "./journal.ts";

/** What host/status tells of a site. Every text may be shown by a terminal. */
export interface Facts {
  /** The host's time. */
  readonly now: string;
  /** "site", or why there is none: "missing", "no-directory", "hidden", "empty", "foreign". */
  readonly place: string;
  /** "free", "held" or "unknown". */
  readonly lock: string;
  readonly journalSeen: boolean;
  readonly journal: readonly JournalLine[];
  /** The interrupted switch's last step, and the line that it began with. */
  readonly unfinished: readonly JournalLine[];
  readonly beforeGone: boolean;
  /** When the live version went live, and by whom. */
  readonly since: { readonly at: string; readonly who: string } | undefined;
  readonly live: string;
  readonly previous: string;
  /** How the last switch moved traffic: "include", or "symlink", by which nginx follows `current`. */
  readonly strategy: string;
  readonly includePath: string;
  /** "ours", "foreign", "missing" or "unreadable". */
  readonly includeState: string;
  /** The root that the include names, of a foreign one as far as can be seen; with "symlink" the release that `current` leads to. */
  readonly includeRoot: string;
  readonly rootThere: boolean;
  readonly includeLines: readonly string[];
  /** A file of nginx's that named the include at the last switch, and does not now; empty: none. Only with it the next three are told. */
  readonly lostName: string;
  /** The include as nginx's configuration names it, which may be a link. */
  readonly includeNamed: string;
  readonly namedThen: readonly string[];
  readonly namedNow: readonly string[];
  /** The target of `current`; empty: no link. */
  readonly current: string;
  /** "witnessed", "unwitnessed" or "not-running". */
  readonly workers: string;
  readonly pendingEdits: readonly string[];
  /** Pids of workers that are shutting down. */
  readonly leaving: readonly string[];
  /** "AT PID VERSION" of each worker that a switch left behind and that still lives; the version may be missing. */
  readonly draining: readonly string[];
  /** "TIME USER KIND|./NAME" */
  readonly releases: readonly string[];
  /** "TIME FILES BYTES NAME" */
  readonly manifests: readonly string[];
  /** "TIME USER held|left PREPARED" */
  readonly uploads: readonly string[];
  /** "TIME HOLDER"; empty: Deployer holds nothing. */
  readonly deployer: string;
  readonly owner: Readonly<Record<string, string>> | undefined;
  readonly unseen: readonly string[];
}

const LONGEST = 1000;

export function factsOf(answer: Answer): Facts {
  const fact = (name: string): string => excerpt(answer.facts.get(name) ?? "", LONGEST);
  const all = (name: string): readonly string[] => (answer.texts.get(name) ?? []).map((line) => excerpt(line, LONGEST));
  const journal = (name: string): readonly JournalLine[] =>
    (answer.texts.get(name) ?? []).map(journalLine).filter((line) => line !== undefined);
  const words = (name: string): readonly string[] => fact(name).split(" ").filter(Boolean);
  const [at, , who, live] = fact("since").split(" ");
  const owner = answer.facts.get("owner") ?? "";
  return {
    now: fact("now"),
    place: fact("place"),
    lock: fact("lock"),
    journalSeen: fact("journal") === "seen",
    journal: journal("journal"),
    unfinished: journal("unfinished"),
    beforeGone: fact("before-gone") === "yes",
    since: at && who && live === fact("live") ? { at, who } : undefined,
    live: fact("live"),
    previous: fact("previous"),
    strategy: fact("strategy") || "include",
    includePath: fact("include-path"),
    includeState: fact("include-state"),
    includeRoot: fact("root"),
    rootThere: fact("root-there") === "yes",
    includeLines: all("include"),
    lostName: fact("lost-name"),
    includeNamed: fact("include-named"),
    namedThen: words("named-then"),
    namedNow: words("named-now"),
    current: fact("current"),
    workers: fact("workers"),
    pendingEdits: all("pending-edit"),
    leaving: words("leaving"),
    draining: all("draining"),
    releases: all("release"),
    manifests: all("manifest"),
    uploads: all("upload"),
    deployer: fact("deployer"),
    owner: owner === "" ? undefined : texts(owner),
    unseen: [
      ...all("unseen"),
      ...(fact("pending-edits") === "unknown" ? ["edits of nginx's configuration that wait for a reload"] : []),
    ],
  };
}
