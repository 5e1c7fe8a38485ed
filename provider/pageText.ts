import { excerpt } from "./excerpt.ts";

/** What a person reads of an answer's body: of HTML its title and first lines, of anything else the text as it is. */
export function pageText(body: string, longest?: number): string {
  return excerpt(HTML.test(body) && !JSON_TEXT.test(body) ? textOf(body) : body, longest);
}

// PHP's own errors (html_errors) are no whole page.
const HTML = /<(?:!doctype|html|head|body|title|h[1-6]|p|div|pre|table|br|b)\b[^<]*>/i;
const JSON_TEXT = /^\s*[{[]/;

// Of one line. Each of these takes what it has no end of up to the text's: a body is up to a mebibyte of somebody else's, and is gone through once.
const COMMENT = /<!--.*?(?:-->|$)/g;
const UNREAD = /<(script|style|svg|template)\b.*?(?:<\/\1\b|$)/gi;
const WITHIN_WORDS = /<\/?(?:a|abbr|b|code|em|i|small|strong|tt|u|var)\b[^>]*(?:>|$)/gi;
const TAG = /<[/a-z!?][^>]*(?:>|$)/gi;

function textOf(html: string): string {
  const bare = html
    .replace(/\s+/g, " ")
    .replace(COMMENT, "")
    .replace(UNREAD, "<br")
    .replace(WITHIN_WORDS, "")
    .replace(TAG, "\n");
  const lines = bare.split("\n").map((line) =>
    decoded(line)
      .replace(/[\s\u00a0]+/g, " ")
      .trim(),
  );
  // A page's title is mostly its heading too.
  return [...new Set(lines.filter((line) => line !== ""))].join(" | ");
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
]);
const LAST_CHARACTER = 0x10ffff;

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES.get(name) ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= LAST_CHARACTER ? String.fromCodePoint(code) : whole;
  });
}
