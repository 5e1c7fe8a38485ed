import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withSection } from "../../../../tools/docs/page.ts";
import { pages } from "../../../../tools/docs/pages.ts";

test("The pages are what the source says; npm run docs writes them", () => {
  for (const { path, text } of pages()) assert.equal(readFileSync(path, "utf8"), text, path);
});

test("A section is replaced, and the rest of its page stays", () => {
  const page = (text: string) => `# Page\n\n<!-- a: made by npm run docs -->\n\n${text}\n\n<!-- /a -->\n\nMore.\n`;
  assert.equal(withSection(page("old\nlines"), "a", "new"), page("new"));
  assert.throws(() => withSection(page("old"), "b", "new"), /no place for "b"/);
});
