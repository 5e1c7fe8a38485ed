import { excerpt } from "../excerpt.ts";

/** One line of a site's journal (host/switch/journal.sh). */
export interface JournalLine {
  readonly at: string;
  readonly run: string;
  readonly who: string;
  readonly step: string;
  readonly [key: string]: string | undefined;
}

/** The line as a terminal may show it; undefined for what is none. */
export function journalLine(text: string): JournalLine | undefined {
  const { at, run, who, step, ...rest } = texts(text);
  if (at === undefined || run === undefined || who === undefined || step === undefined) return undefined;
  return { ...rest, at, run, who, step };
}

/** The texts of a JSON object on one line. */
export function texts(line: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(parsed(line))) if (typeof value === "string") found[key] = excerpt(value);
  return found;
}

function parsed(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {}; // a power cut left half of it
  }
}
