import { type Facts, factsOf } from "../../provider/cli/facts.ts";

/** What host/status says: facts by name, and lists of lines. */
export type Said = Readonly<Record<string, string | readonly string[]>>;

export const NOW = "2026-01-02T12:00:00Z";

/** A line of the journal on the first of January. */
export function entry(time: string, run: string, step: string, rest: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify({ at: `2026-01-01T${time}Z`, run, who: "alice@ci", step, ...rest });
}

/** A site at /s as two switches left it: 41 was live before 42. */
export const healthy: Said = {
  now: NOW,
  place: "site",
  lock: "free",
  journal: "seen",
  since: "2026-01-01T10:00:03Z b alice@ci 42",
  live: "42",
  previous: "41",
  "include-path": "/s/root_dir.nginx.conf",
  "include-state": "ours",
  root: "/s/releases/42/public",
  "root-there": "yes",
  current: "releases/42",
  workers: "witnessed",
  leaving: " ",
  release: ["1767261600 deploy directory|./42", "1767175200 deploy directory|./41"],
  manifest: ["1767261600 7 5000 42", "1767175200 6 4000 41"],
  owner: '{"id":"o1","stack":"shop/prod","resource":"example.com","since":"2025-12-01T08:00:00Z"}',
};

export const healthyJournal = [
  entry("10:00:00", "b", "locked", { to: "42" }),
  entry("10:00:01", "b", "switching", { from: "41", to: "42", before: "/s/releases/41/public" }),
  entry("10:00:02", "b", "reloaded", { to: "42" }),
  entry("10:00:03", "b", "committed", { from: "41", to: "42" }),
];

/** The facts of that site where something is said otherwise, and its journal. */
export function siteFacts(changes: Said = {}, journal: readonly string[] = healthyJournal): Facts {
  const facts = new Map<string, string>();
  const texts = new Map<string, readonly string[]>([["journal", journal]]);
  for (const [name, value] of Object.entries({ ...healthy, ...changes })) {
    if (typeof value === "string") facts.set(name, value);
    else texts.set(name, value);
  }
  return factsOf({ outcome: "told", facts, texts });
}
