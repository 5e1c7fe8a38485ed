import { excerpt } from "../excerpt.ts";
import { needs } from "../needs.ts";
import type { FailedSwitch } from "./words/failedSwitch.ts";

const MOST_ENTRIES = 5;
const LONGEST_ENTRY = 500;

/** What nginx's error log has of a failed switch, or how a person sees it; undefined where it has nothing. */
export function errorLogWords({
  answer,
  plan,
  user,
}: Pick<FailedSwitch, "answer" | "plan" | "user">): string | undefined {
  const { facts, texts } = answer;
  const entries = entriesOf(texts.get("error-log") ?? [], plan.probe.host);
  if (entries.length > 0)
    return `nginx's error log since the switch began:\n${entries.map((entry) => `  ${entry}`).join("\n")}`;
  const hidden = facts.get("error-log-hidden");
  if (hidden === undefined) return undefined;
  const group = facts.get("error-log-group");
  const grant = group === undefined ? "" : `; ${needs.errorLog.grant(group, user)}`;
  return `${user} may not read nginx's error log. As root: tail -n 20 ${hidden}${grant}`;
}

// As in "2026/11/28 22:14:03 [error] 12#12: *5 …"; PHP's own lines within an entry follow it as they are (ngx_log_error_core).
const START = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[/;
// What nginx tells of itself where error_log has such a level; a reload alone is many of them.
const TALK = /^\S+ \S+ \[(?:notice|info|debug)\]/;

/** The last entries, but those of requests for other sites, each kind once. */
export function entriesOf(lines: readonly string[], host: string): readonly string[] {
  const entries: string[] = [];
  for (const line of lines) {
    if (START.test(line)) entries.push(line);
    else if (entries.length > 0) entries.push(`${entries.pop()}\n${line}`);
  }
  const kinds = new Map<string, string>();
  for (const entry of entries.filter((each) => !TALK.test(each) && isOf(host, each))) {
    const kind = kindOf(entry);
    kinds.delete(kind); // the newest of a kind counts, at its own place
    kinds.set(kind, excerpt(entry, LONGEST_ENTRY));
  }
  return [...kinds.values()].slice(-MOST_ENTRIES);
}

// What the request was for comes last, and only of requests (ngx_http_log_error_handler).
function isOf(host: string, entry: string): boolean {
  const asked = [...entry.matchAll(/, host: "([^"]*)"/g)].at(-1)?.[1];
  return asked === undefined || asked.toLowerCase() === host.toLowerCase();
}

/** Without what differs each time: the time, who wrote it, the connection. */
function kindOf(entry: string): string {
  return entry.replace(/^\S+ \S+ (\[\w+\]) \d+#\d+: (?:\*\d+ )?/, "$1 ").replace(/, client: .*?(?=, server: )/, "");
}
