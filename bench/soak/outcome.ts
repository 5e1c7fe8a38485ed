import { isOpen, type JournalEntry, lastDecision } from "../../tests/support/journalLines.ts";
import type { SeenEnd } from "./soakClient.ts";

/** What became of a switch with a fault, and what it is called in the results. */
export const OUTCOMES = {
  switched: "switched",
  restored: "restored",
  untouched: "not begun",
  finished: "finished by the next",
  "restored-by-next": "restored by the next",
} as const;
export type Outcome = keyof typeof OUTCOMES;

/** What its own lines of the journal say, and whether the next switch goes to the same version. */
export function outcomeOf(lines: readonly JournalEntry[], same: boolean): Outcome {
  const last = lastDecision(lines);
  if (last === undefined) return "untouched";
  if (isOpen(lines)) return same ? "finished" : "restored-by-next";
  return last.step === "committed" ? "switched" : "restored";
}

/** What the next switch must tell of what it found. */
export function recoveryWords(outcome: Outcome, { from, to }: { from: string; to: string }): string[] {
  const found = {
    finished: `finishing ${to}`,
    "restored-by-next": `restored ${from === "none" ? "the placeholder" : from} after an interrupted switch to ${to}`,
  };
  return outcome in found ? [`An interrupted switch was found: ${found[outcome as keyof typeof found]}`] : [];
}

/** What the client was told, where that is not what the host serves. */
export function falseReport(end: SeenEnd, serves: string, { from, to }: { from: string; to: string }): string[] {
  if (end === "died") return ["6. the client ended by itself"];
  if (end === "killed") return [];
  if ("status" in end) return serves === to ? [] : [`6. the client says "${end.status}", and ${serves} is live`];
  return end.restored && serves !== from ? [`6. the client says "${end.message}", and ${serves} is live`] : [];
}
