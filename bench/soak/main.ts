// npm run soak: what must always be true of a site, proved by cases without number. CONTRIBUTING.md says how it is run.
import { machinesUnavailable } from "../../tests/support/machine.ts";
import { publish } from "../support/results.ts";
import { toEnd } from "../support/toEnd.ts";
import { readArguments, type SoakArguments } from "./arguments.ts";
import { soakLocks } from "./locks.ts";
import { locksChapter, upsChapter } from "./otherResults.ts";
import { soakSwitches } from "./switches.ts";
import { switchesChapter } from "./switchResults.ts";
import { soakUps } from "./ups.ts";

const KINDS = {
  switches: { count: 1000, machine: true, run: switches },
  locks: { count: 10_000, machine: false, run: locks },
  ups: { count: 200, machine: true, run: ups },
} as const;
type Kind = keyof typeof KINDS;

const asked = readArguments(process.argv.slice(2), Object.keys(KINDS));
if (typeof asked === "string") {
  console.error(asked);
  process.exitCode = 2;
} else toEnd(soak(asked));

async function soak({ kinds, count, seed }: SoakArguments): Promise<void> {
  const unavailable = machinesUnavailable();
  for (const kind of (kinds.length > 0 ? kinds : Object.keys(KINDS)) as Kind[]) {
    const { machine, run, count: whole } = KINDS[kind];
    if (machine && unavailable !== undefined) throw new Error(`${kind}: ${unavailable}`);
    const violations = await run(count ?? whole, seed);
    if (violations > 0) process.exitCode = 1;
  }
}

async function switches(count: number, seed: number): Promise<number> {
  const records = await soakSwitches(count, seed);
  publish(switchesChapter(records, seed));
  return records.filter(({ violations }) => violations.length > 0).length;
}

async function locks(count: number, seed: number): Promise<number> {
  const records = await soakLocks(count, seed);
  publish(locksChapter(records, seed));
  return records.filter(({ violations }) => violations.length > 0).length;
}

async function ups(count: number, seed: number): Promise<number> {
  const records = await soakUps(count, seed);
  publish(upsChapter(records, seed));
  return records.filter(({ violations }) => violations.length > 0).length;
}
