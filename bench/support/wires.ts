import { median, table, verdict } from "./figures.ts";

/** The wires that a table has columns for, by their round-trip times in ms. */
export const wires = [0, 50] as const;

/** What each row of a table takes on each wire, in seconds. */
export class Times<Row extends string> {
  readonly #labels: readonly (readonly [Row, string])[];
  readonly #times: readonly Map<Row, number[]>[];

  /** The rows by their names in code, with what the table calls them. */
  constructor(rows: Readonly<Record<Row, string>>) {
    this.#labels = Object.entries(rows) as [Row, string][];
    this.#times = wires.map(() => new Map(this.#labels.map(([row]) => [row, []])));
  }

  /**
   * Measures every row, `runs` times on each of `ways`, one for each wire; a round has a name of its own, as in "3.0". A first round
   * only warms up: the host's programs, the compilation of everything. The wires go by turns, since a machine is slower at one time
   * than at another.
   */
  async measure<Way>(
    ways: readonly Way[],
    runs: number,
    round: (way: Way, name: string) => Promise<Record<Row, number>>,
  ): Promise<void> {
    for (let run = 0; run <= runs; run++)
      for (const [wire, way] of ways.entries()) {
        const name = `${run}.${wire}`;
        const taken = await round(way, name);
        console.log(name, JSON.stringify(taken));
        if (run > 0) for (const [row, list] of this.#times[wire] ?? []) list.push(taken[row]);
      }
  }

  /** The times of a row, a list for each wire. */
  of(row: Row): (readonly number[])[] {
    return this.#times.map((times) => times.get(row) ?? []);
  }

  /** The median of a row on each wire. */
  medians(row: Row): number[] {
    return this.of(row).map(median);
  }

  /** How the medians of a row stand to those of its yardstick, on each wire. */
  against(row: Row, yardstick: Row, compare: (ours: number, theirs: number) => number): number[] {
    const theirs = this.medians(yardstick);
    return this.medians(row).map((ours, wire) => compare(ours, theirs[wire] ?? Number.NaN));
  }

  /** The table of medians, which may have one column more. */
  table(what: string, unit: "s" | "ms", more?: { readonly head: string; readonly of: (row: Row) => string }): string {
    const show = (seconds: number) => (unit === "s" ? seconds.toFixed(2) : (seconds * 1000).toFixed(0));
    const head = [what, ...wires.map((rtt) => `RTT ${rtt}, ${unit}`), ...(more ? [more.head] : [])] as const;
    const rows = this.#labels.map(
      ([row, label]) => [label, ...this.medians(row).map(show), ...(more ? [more.of(row)] : [])] as const,
    );
    return table([head, ...rows]);
  }
}

/** A line that says of a figure on each wire whether it is at most what was wanted there, or on all of them. */
export function verdictByWire(
  wanted: string,
  figures: readonly number[],
  most: number | readonly number[],
  show: (figure: number) => string,
): string {
  const judged = figures.map((figure, wire) => ({
    isMet: figure <= (typeof most === "number" ? most : (most[wire] ?? Number.NaN)),
    words: `${show(figure)} at RTT ${wires[wire]}`,
  }));
  return verdict(wanted, judged);
}
