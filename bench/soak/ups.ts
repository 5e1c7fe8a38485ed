import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Machine, startMachine } from "../../tests/support/machine.ts";
import { Ledger } from "./ledger.ts";
import { Pairing, type PairRecord } from "./pairing.ts";

/** Runs the pairs that the ledger has not, and gives all of them. */
export async function soakUps(count: number, seed: number): Promise<readonly PairRecord[]> {
  const ledger = new Ledger<PairRecord>("ups", seed);
  let machine: Machine | undefined;
  let pairing: Pairing | undefined;
  try {
    for (let number = 0; number < count; number++) {
      if (ledger.has(number)) continue;
      machine ??= await startMachine("soak", { suite: "trixie", diskSize: 128 });
      pairing ??= new Pairing(machine);
      const record = await pairing.run(number);
      ledger.add(record);
      const waited = record.waited ? ", one waited" : "";
      console.log(`ups ${number + 1}/${count}: ${record.winner} wins after ${record.seconds.toFixed(1)} s${waited}`);
      if (record.violations.length === 0) continue;
      const file = join(ledger.dir, `violation-pair-${number}.txt`);
      writeFileSync(file, await pairing.evidence().catch(String));
      console.error(`VIOLATION: seed ${seed}, pair ${number}: ${record.violations.join("; ")}\n  ${file}`);
    }
  } finally {
    pairing?.close();
    await machine?.close();
  }
  return ledger.entries.filter(({ number }) => number < count);
}
