import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./places.mjs";

const kinds = ["unit", "sandbox", "packages", "machine"];

/** The compiled tests whose path holds one of `words` (all without any), the quick kinds first, and the kinds that occur. */
export function chooseTests(words) {
  const chosen = kinds.flatMap((kind) => {
    const files = readdirSync(join(root, "dist/tests", kind), { recursive: true })
      .filter((path) => path.endsWith(".test.js"))
      .map((path) => `dist/tests/${kind}/${path}`);
    return files
      .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
      .map((path) => ({ kind, path }));
  });
  if (chosen.length === 0) throw new Error(`no test file's path holds ${words.join(" or ")}`);
  return { files: chosen.map(({ path }) => path), kinds: new Set(chosen.map(({ kind }) => kind)) };
}
