const LONGEST = 300;

/** The start of a text from the host, on one line and without control characters: what a terminal may be shown. */
export function excerpt(text: string, longest: number = LONGEST): string {
  const start = [...text.slice(0, longest * 2)].slice(0, longest).join("");
  const visible = start.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, escaped);
  return text.length > start.length ? `${visible}…` : visible;
}

function escaped(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A text as a terminal may be shown it: with its lines and tabs, and nothing else that steers. */
export function printable(text: string): string {
  return text.replace(/(?![\t\n])\p{Cc}/gu, "?");
}
