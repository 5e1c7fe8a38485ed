import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ledger } from "./ledger.ts";
import { caseOf, caseWords } from "./plan.ts";
import { Switching, type SwitchRecord } from "./switching.ts";

/** Makes the switches of a seed that its ledger has not, and gives all of them. */
export async function soakSwitches(count: number, seed: number): Promise<readonly SwitchRecord[]> {
  const ledger = new Ledger<SwitchRecord>("switches", seed);
  let switching: Switching | undefined;
  try {
    for (let number = 0; number < count; number++) {
      if (ledger.has(number)) continue;
      switching ??= await Switching.start();
      const planned = caseOf(seed, number);
      const record = await switching.run(planned, seed).catch((error: unknown) => broken(number, planned.fault, error));
      console.log(`switches ${number + 1}/${count}: ${caseWords(planned)}: ${record.outcome}`);
      ledger.add(record);
      if (record.violations.length === 0) continue;
      const file = join(ledger.dir, `violation-${number}.txt`);
      writeFileSync(file, await switching.evidence().catch(String));
      console.error(`VIOLATION: seed ${seed}, switch ${number}: ${record.violations.join("; ")}\n  ${file}`);
      // What comes next is not to suffer from it.
      await switching.close();
      switching = undefined;
    }
  } finally {
    await switching?.close();
  }
  return ledger.entries.filter(({ number }) => number < count);
}

function broken(number: number, fault: string, error: unknown): SwitchRecord {
  const violations = [error instanceof Error ? error.message : String(error)];
  return { number, fault, hit: true, outcome: "untouched", violations, rest: 0, next: 0 };
}
