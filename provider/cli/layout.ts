import { stripVTControlCharacters, styleText } from "node:util";

/** What a mark of a text is to a person. */
export type Mark = "good" | "bad" | "odd" | "key";

/** Marks a text, or leaves it as it is where the output is no terminal. */
export type Paint = (mark: Mark, text: string) => string;

export const plain: Paint = (_mark, text) => text;

const STYLES = { good: "green", bad: "red", odd: "yellow", key: "bold" } as const;

/** Asks of the terminal, NO_COLOR and FORCE_COLOR are styleText's. */
export const painted: Paint = (mark, text) => styleText(STYLES[mark], text);

const WIDTH = 80;

const BLANK = "\u00a0";

/** Words that stay on one line. */
export function together(text: string): string {
  return text.replaceAll(" ", BLANK);
}

// A command to copy is in quotes, and stays whole.
const WORD = /(?:"[^"]*"|[^ ])+/g;

/** The words in lines of 80 columns, each but the first behind an indentation; a word that is longer has a line of its own. */
export function wrap(text: string, first: string, indent: string): string[] {
  const lines: string[] = [];
  let line = first;
  let bare = true;
  for (const [word] of text.matchAll(WORD)) {
    if (!bare && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
      bare = true;
    }
    line += `${bare ? "" : " "}${word}`;
    bare = false;
  }
  return [...lines, line.trimEnd()].map((each) => each.replaceAll(BLANK, " "));
}

/** Cells in columns, two blanks apart; the last one is as long as it is. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, lengthOf(cell));
  return rows.map((row) =>
    row
      .map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - lengthOf(cell)))
      .join("  ")
      .trimEnd()
      .replaceAll(BLANK, " "),
  );
}

function lengthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
