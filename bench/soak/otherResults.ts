import { conditions } from "../support/conditions.ts";
import { table } from "../support/figures.ts";
import type { PairRecord } from "./pairing.ts";
import type { RaceRecord } from "./racing.ts";

/** The chapter on the locks. */
export function locksChapter(records: readonly RaceRecord[], seed: number): string {
  const doubles = counted(records, /two inside/);
  const stuck = counted(records, /stuck/);
  return `# Races for the locks

Four shells (dash twice, BusyBox, bash --posix), two for each of two sites on one host, want their site's lock and then the host's at the same moment, by the
lock.sh that every switch has. In half of the races one of them is killed at a random moment. Who is inside leaves a link, which nobody else
may find there; who has no lock within 30 s is stuck.

    npm run soak -- locks --count 10000

${conditions()}; seed ${seed}.

${table([
  ["races", "times both locks were had", "killed", "double holders", "stuck", "other violations", "slowest race, s"],
  [
    `${records.length}`,
    `${sum(records.map(({ through }) => through))}`,
    `${sum(records.map(({ killed }) => killed))}`,
    `${doubles}`,
    `${stuck}`,
    `${records.filter(({ violations }) => violations.length > 0).length - doubles - stuck}`,
    longest(records),
  ],
])}
`;
}

/** The chapter on concurrent updates. */
export function upsChapter(records: readonly PairRecord[], seed: number): string {
  const wins = (name: string): string => `${records.filter(({ winner }) => winner === name).length}`;
  return `# Two \`pulumi up\` at once

Two stacks, each with a state of its own and \`takeOver: true\`, release a version of their own to one site at the same moment, again and again. Both must
end well, the one that committed last must be live by the journal, which has both, and the invariants must hold.

    npm run soak -- ups --count 200

${conditions()}; seed ${seed}. The host is a Debian 13 machine with systemd; Pulumi is the real one, with a backend in files for each stack.

${table([
  ["pairs", "the first stack won", "the second won", "one waited for the lock", "violations", "slowest pair, s"],
  [
    `${records.length}`,
    wins("first"),
    wins("second"),
    `${records.filter(({ waited }) => waited).length}`,
    `${records.filter(({ violations }) => violations.length > 0).length}`,
    longest(records),
  ],
])}
`;
}

function counted(records: readonly RaceRecord[], what: RegExp): number {
  return records.filter(({ violations }) => violations.some((text) => what.test(text))).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function longest(records: readonly { readonly seconds: number }[]): string {
  return Math.max(0, ...records.map(({ seconds }) => seconds)).toFixed(1);
}
