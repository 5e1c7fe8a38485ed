import { createHash } from "node:crypto";

/** One of `choices` numbers from 0 on. It depends on nothing but these words: whoever gives the same seed gets the same case. */
export function draw(seed: number, number: number, what: string, choices: number): number {
  return createHash("sha256").update(`${seed} ${number} ${what}`).digest().readUInt32BE() % choices;
}

export function choose<T>(seed: number, number: number, what: string, list: readonly T[]): T {
  const chosen = list[draw(seed, number, what, list.length)];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}
