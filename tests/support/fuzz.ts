import type fc from "fast-check";

// As many as `npm test` has time for, always the same; FUZZ_RUNS asks for more, each time for others. What fails tells its seed.
const SEED = 20_261_128;

export function fuzz(runs: number): fc.Parameters<unknown> {
  const { FUZZ_RUNS, FUZZ_SEED } = process.env;
  if (FUZZ_RUNS === undefined) return { numRuns: runs, seed: SEED };
  return { numRuns: Math.max(runs, Number(FUZZ_RUNS)), ...(FUZZ_SEED !== undefined && { seed: Number(FUZZ_SEED) }) };
}
