/** The middle one of an odd count of numbers, else the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  if (low === undefined || high === undefined) throw new Error("no numbers");
  return (low + high) / 2;
}

/** How many round trips a step waits for: what it takes longer on a long wire, in what one round trip takes longer there (all in one unit). */
export function roundTrips(near: readonly number[], far: readonly number[], roundTripTime: number): number {
  return (median(far) - median(near)) / roundTripTime;
}

/** How one figure stands to what was wanted of it. */
export interface Judged {
  readonly isMet: boolean;
  /** The figure, as in "0.92 at RTT 0". */
  readonly words: string;
}

/** A line that says what was wanted, and of each figure whether it is so. */
export function verdict(wanted: string, figures: readonly Judged[]): string {
  return `- ${wanted}: ${figures.map(({ isMet, words }) => `${isMet ? "met" : "missed"} with ${words}`).join(", ")}.`;
}

/** A table in Markdown, laid out as it is to be read; the first row is its head, and all columns but the first hold numbers. */
export function table(rows: readonly (readonly [string, ...string[]])[]): string {
  const [head, ...rest] = rows;
  if (head === undefined) throw new Error("no rows");
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (column === 0 ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width))).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [head, rule, ...rest].map(line).join("\n");
}
