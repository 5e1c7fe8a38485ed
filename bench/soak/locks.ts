import { Ledger } from "./ledger.ts";
import { type RaceRecord, Racing, raceOf } from "./racing.ts";

/** Runs the races of a seed that its ledger has not, and gives all of them. */
export async function soakLocks(count: number, seed: number): Promise<readonly RaceRecord[]> {
  const ledger = new Ledger<RaceRecord>("locks", seed);
  const racing = new Racing();
  try {
    for (let number = 0; number < count; number++) {
      if (ledger.has(number)) continue;
      const record = await racing.run(number, raceOf(seed, number));
      ledger.add(record);
      if (record.violations.length > 0)
        console.error(`VIOLATION: seed ${seed}, race ${number}: ${record.violations.join("; ")}`);
      if ((number + 1) % 100 === 0 || number + 1 === count) console.log(`locks ${number + 1}/${count}`);
    }
  } finally {
    racing.close();
  }
  return ledger.entries.filter(({ number }) => number < count);
}
