import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { failedIn } from "./failedFiles.mjs";
import { root } from "./places.mjs";

const kinds = ["unit", "sandbox", "packages", "machine"];
/** The test files in which something failed the last time, a line each. */
const failures = join(root, "node_modules/.cache/failed-tests");

/** The compiled tests whose path holds one of `words` (all without any; with --failed those that failed the last time), and the kinds that occur. */
export function chooseTests(words) {
  const all = kinds.flatMap((kind) =>
    readdirSync(join(root, "dist/tests", kind), { recursive: true })
      .filter((path) => path.endsWith(".test.js"))
      .map((path) => ({ kind, file: `dist/tests/${kind}/${path}` })),
  );
  const chosen = words[0] === "--failed" ? failedOf(all) : all.filter(({ file }) => holdsOne(file, words));
  if (chosen.length === 0) throw new Error(`no test file's path holds ${words.join(" or ")}`);
  return { files: chosen.map(({ file }) => file), kinds: new Set(chosen.map(({ kind }) => kind)) };
}

/** Begins a new record of failures, and gives node:test's arguments for it, and for what people read. */
export function recordFailures() {
  mkdirSync(dirname(failures), { recursive: true });
  writeFileSync(failures, "");
  const told = { spec: "stdout", [join(root, "tools/setup/failedFiles.mjs")]: failures };
  return Object.entries(told).flatMap(([name, to]) => [`--test-reporter=${name}`, `--test-reporter-destination=${to}`]);
}

/** Whether the path below dist/tests/ holds one of them. */
function holdsOne(file, words) {
  return words.length === 0 || words.some((word) => file.slice("dist/tests/".length).includes(word));
}

function failedOf(all) {
  const failed = failedIn(existsSync(failures) ? readFileSync(failures, "utf8") : "");
  const chosen = all.filter(({ file }) => failed.includes(file));
  if (chosen.length < failed.length) throw new Error(`not all of these are tests now: ${failed.join(", ")}`);
  return chosen;
}
