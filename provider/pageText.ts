import type * as htmlparser2 from "htmlparser2";
import { excerpt } from "./excerpt.ts";

/** What a person reads of an answer's body: of HTML its title and first lines, of anything else the text as it is. */
export function pageText(body: string, longest?: number): string {
  return excerpt(HTML.test(body) && !JSON_TEXT.test(body) ? textOf(body) : body, longest);
}

// PHP's own errors (html_errors) are no whole page.
const HTML = /<(?:!doctype|html|head|body|title|h[1-6]|p|div|pre|table|br|b)\b[^<]*>/i;
const JSON_TEXT = /^\s*[{[]/;

const UNREAD: ReadonlySet<string> = new Set(["script", "style", "svg", "template"]);
const WITHIN_WORDS: ReadonlySet<string> = new Set("a abbr b code em i small strong tt u var wbr".split(" "));

/** Characters: the parser takes the longer for each element the more are open, and somebody else's page may open hundreds of thousands. */
const LONGEST_READ = 65_536;

function textOf(html: string): string {
  // Each update would load it, 20 ms, and hardly one needs it.
  const { Parser } = require("htmlparser2") as typeof htmlparser2;
  const lines = [""];
  let unread = 0;
  const between = (name: string, step: number): void => {
    if (UNREAD.has(name)) unread += step;
    if (!WITHIN_WORDS.has(name)) lines.push("");
  };
  const parser = new Parser({
    onopentag: (name) => between(name, 1),
    onclosetag: (name) => between(name, -1),
    ontext: (text) => {
      if (unread === 0) lines.push((lines.pop() ?? "") + text);
    },
  });
  parser.end(html.slice(0, LONGEST_READ));
  const told = lines.map((line) => line.replace(/\s+/g, " ").trim());
  // A page's title is mostly its heading too.
  return [...new Set(told.filter((line) => line !== ""))].join(" | ");
}
