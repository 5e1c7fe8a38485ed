import type { Result } from "./command.ts";

/** The lines of a preview or a refresh that say that something changes, without their alignment. */
export function changesIn(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim().replace(/\s*: /, ": "))
    .filter((line) => /^[~+-] \S+: [^{]/.test(line) && !/(?:create|update|delete|replace)\)$/.test(line));
}

/** What a failed command of Pulumi's told of our resources, times taken out. */
export function errorsIn({ stdout }: Result): string[] {
  return diagnostics(stdout, "error").filter((text) => text !== "update failed");
}

/** What it warned of. */
export function warningsIn({ stdout }: Result): string[] {
  return diagnostics(stdout, "warning");
}

/** What a promise was rejected with, times taken out; it must be. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error("nothing was refused"),
    (reason: unknown) => reason,
  );
  return timeless(error instanceof Error ? error.message : String(error));
}

/** A text whose durations and times a test cannot know. */
export function timeless(text: string): string {
  return text
    .replace(/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (\[\w+\]) \d+#\d+:/g, "$1")
    .replace(/(answered \d+) for [\d.]+ s\b/g, "$1 for T s")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "T");
}

function diagnostics(stdout: string, severity: string): string[] {
  const [, told = ""] = stdout.split("\nDiagnostics:\n");
  const start = `    ${severity}: `;
  return told
    .split("\n")
    .filter((line) => line.startsWith(start))
    .map((line) => timeless(line.slice(start.length)));
}
