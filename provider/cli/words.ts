import type { Problem } from "./history.ts";
import { type Paint, wrap } from "./layout.ts";

/** A version, or what else serves again, in words. */
export function restored(what: string | null): string | undefined {
  if (what === null) return undefined;
  if (what === "placeholder") return "the placeholder";
  return what === "verbatim" ? "what was there before" : what;
}

/** What is wrong, and what to do next, in 80 columns. */
export function problemLines(problems: readonly Problem[], paint: Paint): string[] {
  return problems.flatMap(({ text, next }) => [
    ...wrap(text, "- ", "  ").map((line) => paint("bad", line)),
    ...wrap(next, "  next: ", "        "),
  ]);
}
