/** The middle one of an odd count of numbers, else the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  if (low === undefined || high === undefined) throw new Error("no numbers");
  return (low + high) / 2;
}

/** How many round trips a step waits for: what it takes longer on a long wire, in what one round trip takes longer there (all in ms). */
export function roundTrips(near: readonly number[], far: readonly number[], roundTripTime: number): number {
  return (median(far) - median(near)) / roundTripTime;
}

/** A table in Markdown; the first row is its head, and all columns but the first hold numbers. */
export function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
