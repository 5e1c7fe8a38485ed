import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { endedSwitches, troubles } from "../../../tools/docs/troubles.ts";
import { anchorsIn } from "../../support/pages.ts";
import { ROOT } from "../../support/paths.ts";

const told = new Set(endedSwitches.map(({ reason }) => reason));

test("Each reason that a switch's words know has an entry, and none is told of that no script of the host's gives", () => {
  const known = reasonsIn("provider/switch/words.ts");
  assert.ok(known.length > 30);
  assert.deepEqual(
    known.filter((reason) => !told.has(reason)),
    [],
  );
  const scripts = globSync("provider/host/switch/*.sh", { cwd: ROOT }).map((path) =>
    readFileSync(join(ROOT, path), "utf8"),
  );
  const given = scripts.join("\n");
  assert.deepEqual(
    [...told].filter(
      (reason) => !new RegExp(`\\b${reason}\\b|${reason.replace(/-(before|after)$/, "-\\$|$&")}`).test(given),
    ),
    [],
  );
});

test("Each thing that the host refuses of a release or a step has an entry", () => {
  const scripts = globSync("provider/host/{stage/*,step,places}.sh", { cwd: ROOT });
  const refused = scripts.flatMap((path) =>
    [...readFileSync(join(ROOT, path), "utf8").matchAll(/\brefuse [a-z-]+ "([^"$(]{8,})/g)].map(
      ([, words = ""]) => words,
    ),
  );
  assert.ok(refused.length > 8);
  const texts = troubles.map(({ text, why }) => `${text}\n${why}`).join("\n");
  assert.deepEqual(
    refused.filter((words) => !texts.includes(words.trim())),
    [],
  );
});

test("The entries can be told apart, and each says why", () => {
  const page = readFileSync(join(ROOT, "docs/troubleshooting.md"), "utf8");
  const anchors = anchorsIn({ path: "docs/troubleshooting.md", text: page });
  assert.deepEqual(
    anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index),
    [],
  );
  for (const { title, text, why } of troubles) assert.ok(text.length > 20 && why.length > 20, title);
});

/** The reasons that a file's functions branch on. */
function reasonsIn(path: string): readonly string[] {
  const file = join(ROOT, path);
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCaseClause(node) && ts.isStringLiteral(node.expression)) found.push(node.expression.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
