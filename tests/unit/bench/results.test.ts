import assert from "node:assert/strict";
import test from "node:test";
import { withChapter } from "../../../bench/support/results.ts";

test("a chapter takes the place of the one with its title, and comes last where there is none", () => {
  const text = "# One\n\na\n\n## Part\n\n# Two\n\nb\n";
  assert.equal(withChapter(text, "# One\n\nnew\n"), "# One\n\nnew\n\n# Two\n\nb\n");
  assert.equal(withChapter(text, "# Three\n\nc\n"), "# One\n\na\n\n## Part\n\n# Two\n\nb\n\n# Three\n\nc\n");
});
