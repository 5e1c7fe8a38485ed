import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeIn } from "./pages.ts";
import { ROOT } from "./paths.ts";

/** What a page says under a heading. */
export function sectionOf(path: string, heading: string): string {
  const page = readFileSync(join(ROOT, path), "utf8");
  const section = page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0];
  if (section === undefined) throw new Error(`${path} has no "${heading}"`);
  return section;
}

/** The code of a language under a heading of a page, the first that holds `words`: a test runs what people are told to write. */
export function pageCode(path: string, heading: string, language: string, words = ""): string {
  const code = codeIn({ text: sectionOf(path, heading) }, language).find((block) => block.includes(words));
  if (code === undefined) throw new Error(`${path} has no such ${language} under "${heading}"`);
  return code;
}

export function readmeCode(heading: string, language: string, words = ""): string {
  return pageCode("README.md", heading, language, words);
}

/** A program of a page's as Node runs it without a compiler, with the login of a test in place of the example's. */
export function asProgram(code: string, connection: object): string {
  return code
    .replace(/^import (\{.*\}) from (".*");$/gm, "const $1 = require($2);")
    .replace(/^export const (\w+) =/gm, "exports.$1 =")
    .replace(/connection: \{[^}]*\}/, `connection: ${JSON.stringify(connection)}`);
}
