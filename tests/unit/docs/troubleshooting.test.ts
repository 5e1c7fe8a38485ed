import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { reasons } from "../../../provider/switch/words.ts";
import { endedSwitches, troubles } from "../../../tools/docs/troubles.ts";
import { anchorsIn } from "../../support/pages.ts";
import { ROOT } from "../../support/paths.ts";

const told = new Set(endedSwitches.map(({ reason }) => reason));

test("Each reason that a switch's words know has an entry, and none is told of that no script of the host's gives", () => {
  assert.ok(reasons.length > 30);
  assert.deepEqual(
    reasons.filter((reason) => !told.has(reason)),
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
