import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Pairing } from "../../bench/soak/pairing.ts";
import { caseOf, caseWords } from "../../bench/soak/plan.ts";
import { Switching } from "../../bench/soak/switching.ts";
import { machinesUnavailable } from "../support/machine.ts";

// The short form of npm run soak -- switches, and of its ups; one machine goes through all of it.
const SEED = 1;
const SWITCHES = 15;
const PAIRS = 2;

describe("a site", { skip: machinesUnavailable() ?? false }, () => {
  let switching: Switching;
  before(async () => {
    switching = await Switching.start();
  });
  after(() => switching?.close());

  test("is whole after each fault at any step, and the next switch needs no hand", async (context) => {
    for (let number = 0; number < SWITCHES; number++) {
      const planned = caseOf(SEED, number);
      const { violations, outcome } = await switching.run(planned, SEED);
      context.diagnostic(`${caseWords(planned)}: ${outcome}`);
      assert.deepEqual(violations, [], `seed ${SEED}, switch ${number}: ${caseWords(planned)}`);
    }
  });

  test("of two stacks that update it at once serves the one that committed last", async () => {
    const pairing = new Pairing(switching.machine);
    try {
      for (let number = 0; number < PAIRS; number++) assert.deepEqual((await pairing.run(number)).violations, []);
    } finally {
      pairing.close();
    }
  });
});
