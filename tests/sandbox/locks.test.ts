import assert from "node:assert/strict";
import { test } from "node:test";
import { Racing, raceOf } from "../../bench/soak/racing.ts";

// The short form of npm run soak -- locks.
const SEED = 1;

test("in 200 races four shells never hold one lock together, none is stuck, and who is killed holds up nobody", async () => {
  const racing = new Racing();
  try {
    let through = 0;
    for (let number = 0; number < 200; number++) {
      const record = await racing.run(number, raceOf(SEED, number));
      assert.deepEqual(record.violations, [], `seed ${SEED}, race ${number}`);
      through += record.through;
    }
    assert.ok(through >= 600, `${through} of 800`);
  } finally {
    racing.close();
  }
});

test("a lock that locks nothing would be seen", async () => {
  const racing = new Racing("flock() { :; }");
  try {
    const seen: string[] = [];
    for (let number = 0; number < 20 && seen.length === 0; number++) {
      const { violations } = await racing.run(number, { ...raceOf(SEED, number), victim: undefined });
      seen.push(...violations);
    }
    assert.match(seen.join(), /two inside/);
  } finally {
    racing.close();
  }
});
