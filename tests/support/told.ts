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

/** What the error of a switch that failed late ends with on a stock Debian, where deploy may not read nginx's error log. */
export const LOG_UNSEEN =
  "deploy may not read nginx's error log. As root: tail -n 20 /var/log/nginx/error.log; \"usermod --append --groups adm deploy\", or a SiteHost's logAccess, lets the next error show it";

/** What it warned of. */
export function warningsIn({ stdout }: Result): string[] {
  return diagnostics(stdout, "warning");
}

/** What somebody was told of a version that was to go live. */
export interface Told {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** The same of an update; one without an error must have succeeded, and the other way round. */
export function toldBy(up: Result): Told {
  const told = { errors: errorsIn(up), warnings: warningsIn(up) };
  if ((up.code === 0) !== (told.errors.length === 0)) throw new Error(`exit code ${up.code}: ${up.stderr}${up.stdout}`);
  return told;
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
  // The error of a resource that is there all the same is printed as a list.
  const [, told = ""] = stdout.replaceAll(/error: \d+ errors? occurred:\n\s*\* /g, "error: ").split("\nDiagnostics:\n");
  const start = `    ${severity}: `;
  return told
    .split("\n")
    .filter((line) => line.startsWith(start))
    .map((line) => timeless(line.slice(start.length)));
}
