/** One line of a site's journal. */
export interface JournalEntry {
  readonly at: string;
  readonly run: string;
  readonly who: string;
  readonly step: string;
  readonly from?: string;
  readonly to?: string;
  readonly before?: string;
  readonly reason?: string;
}

/** What each line of a journal says; what a full disk or a power cut left of one is in `torn`, and what else cannot be read in `odd`. */
export function readJournal(text: string): {
  readonly entries: readonly JournalEntry[];
  readonly torn: readonly string[];
  readonly odd: readonly string[];
} {
  const entries: JournalEntry[] = [];
  const torn: string[] = [];
  const odd: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const entry = parsed(line);
    if (entry !== undefined) entries.push(entry);
    else if (line.endsWith("}")) odd.push(line);
    else torn.push(line);
  }
  return { entries, torn, odd };
}

function parsed(line: string): JournalEntry | undefined {
  try {
    const entry: JournalEntry = JSON.parse(line);
    return [entry.at, entry.run, entry.who, entry.step].every((word) => typeof word === "string") ? entry : undefined;
  } catch {
    return undefined;
  }
}

// What decides which version is to be live; of an interrupted switch the last of them is none of the two last.
const DECISIVE = /^(switching|reloaded|unrestored|committed|restored)$/;

/** The last line that decided something. */
export function lastDecision(entries: readonly JournalEntry[]): JournalEntry | undefined {
  return entries.findLast(({ step }) => DECISIVE.test(step));
}

/** Whether a switch was begun and not ended. */
export function isOpen(entries: readonly JournalEntry[]): boolean {
  return /^(switching|reloaded|unrestored)$/.test(lastDecision(entries)?.step ?? "");
}

/** The version that was committed last, and what it came after: the rollback target. */
export function committedVersions(text: string): string[] {
  const last = readJournal(text).entries.findLast(({ step }) => step === "committed");
  return [last?.to, last?.from].filter((version): version is string => version !== undefined && version !== "");
}
