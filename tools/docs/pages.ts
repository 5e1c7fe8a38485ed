import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inputLists, outputLists } from "./fields.ts";
import { needsTable } from "./needs.ts";
import { withSection } from "./page.ts";
import { troubleLists } from "./troubles.ts";

const docs = join(__dirname, "../../../docs");

/** What is made from the source: the page that it is in, and its name there. */
const sections = [
  { file: "host.md", name: "needs", make: needsTable },
  { file: "inputs.md", name: "inputs", make: inputLists },
  { file: "inputs.md", name: "outputs", make: outputLists },
  { file: "troubleshooting.md", name: "troubles", make: troubleLists },
] as const;

/** The pages that hold something made from the source: where each lies, and its text as it should be. */
export function pages(): readonly { readonly path: string; readonly text: string }[] {
  const texts = new Map<string, string>();
  for (const { file, name, make } of sections) {
    const path = join(docs, file);
    texts.set(path, withSection(texts.get(path) ?? readFileSync(path, "utf8"), name, make()));
  }
  return [...texts].map(([path, text]) => ({ path, text }));
}
