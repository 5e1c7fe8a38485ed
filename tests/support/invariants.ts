import assert from "node:assert/strict";
import { type Eyes, look } from "./eyes.ts";
import { type Moment, namedVersion, violations } from "./violations.ts";

/** What of that which must be true of a site after whatever went wrong is not, and the version that its include names. */
export async function checkInvariants(
  on: Eyes,
  moment: Moment,
): Promise<{ readonly wrong: readonly string[]; readonly serves: string }> {
  const seen = await look(on);
  return { wrong: violations(seen, moment, on), serves: namedVersion(seen, moment, on) ?? "" };
}

/** The same, for tests; gives the version that the include names. */
export async function assertInvariants(on: Eyes, moment: Moment): Promise<string> {
  const { wrong, serves } = await checkInvariants(on, moment);
  assert.deepEqual(wrong, []);
  return serves;
}
