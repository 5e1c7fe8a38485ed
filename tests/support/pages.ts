import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.ts";

/** A page of documentation, by its path in the repository. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

export function allPages(): readonly Page[] {
  const paths = [...globSync("*.md", { cwd: ROOT }), ...globSync("{docs,examples,bench}/**/*.md", { cwd: ROOT })];
  return paths
    .filter((path) => !path.includes("node_modules"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** The blocks of code of a page in one language. */
export function codeIn({ text }: Pick<Page, "text">, language: string): readonly string[] {
  return text
    .split(`\n\`\`\`${language}\n`)
    .slice(1)
    .map((rest) => rest.split("\n```")[0] ?? "");
}

/** Where a page's links lead, code left out. */
export function linksIn({ text }: Page): readonly string[] {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

/** The names that a page's headings can be linked by. */
export function anchorsIn({ text }: Page): readonly string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** A comment in a block of code looks like a heading. */
function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?\n```$/gm, "");
}
