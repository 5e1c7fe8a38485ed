/** Something that a person sees in the terminal: its text as the source makes it, why it comes, and what to do. */
export interface Trouble {
  readonly title: string;
  /** As it is printed, with the page's examples for what differs: example.com, web1, deploy, the versions 42 and 43. */
  readonly text: string;
  /** In Markdown. */
  readonly why: string;
  /** In Markdown; absent: what the text itself says is all. */
  readonly act?: string;
}

const WIDTH = 118;

export function listOf(troubles: readonly Trouble[]): string {
  return troubles.map(entryOf).join("\n\n");
}

function entryOf({ title, text, why, act }: Trouble): string {
  const shown = text
    .split("\n")
    .flatMap((line) => wrapped(line))
    .join("\n");
  return `### ${title}\n\n\`\`\`text\n${shown}\n\`\`\`\n\n${why}${act === undefined ? "" : `\n**Do:** ${act}`}`;
}

/** In lines that a page shows whole: a block of text does not wrap there. */
function wrapped(line: string): readonly string[] {
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
