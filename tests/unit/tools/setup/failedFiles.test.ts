import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { before, test } from "node:test";
import { until } from "../../../support/command.ts";
import { ROOT } from "../../../support/paths.ts";
import { temporaryDir, writeTree } from "../../../support/releaseTree.ts";

const reporter = join(ROOT, "tools/setup/failedFiles.mjs");
let failedIn: (record: string) => readonly string[];
before(async () => {
  ({ failedIn } = await import(reporter));
});

const needTest = 'const { test } = require("node:test");\n';
const args = (record: string, ...files: string[]) => [
  "--test",
  `--test-reporter=${reporter}`,
  `--test-reporter-destination=${record}`,
  ...files,
];
// A runner within a test file's process would take itself for a part of that one's.
const { NODE_TEST_CONTEXT: _, ...env } = process.env;

test("Each file with a failure is told once, also where another file declares the test, and one that dies", (t) => {
  const dir = writeTree(temporaryDir(t), {
    "helper.js": `${needTest}exports.declare = () => test("declared", () => { throw new Error("no"); });\n`,
    "declared.test.js": 'require("./helper.js").declare();\n',
    "dies.test.js": `${needTest}test("dies", () => process.exit(3));\n`,
    "fails.test.js": `${needTest}test("one", () => { throw 1; });\ntest("two", () => { throw 2; });\n`,
    "green.test.js": `${needTest}test("green", () => {});\n`,
  });
  const files = ["declared", "dies", "fails", "green"].map((name) => join(dir, `${name}.test.js`));
  const record = join(dir, "record");
  assert.equal(spawnSync(process.execPath, args(record, ...files), { env }).status, 1);
  assert.deepEqual(
    [...failedIn(readFileSync(record, "utf8"))].sort(),
    files.slice(0, 3).map((file) => relative(ROOT, file)),
  );
  assert.equal(spawnSync(process.execPath, args(record, files[3] ?? ""), { env }).status, 0);
  assert.throws(() => failedIn(readFileSync(record, "utf8")), /^Error: no test file failed the last time$/);
});

test("The record of a run that was cut off is none", async (t) => {
  const dir = writeTree(temporaryDir(t), {
    "a.test.js": `${needTest}test("fails", () => { throw 1; });\n`,
    "b.test.js": `${needTest}test("stays", () => new Promise((end) => setTimeout(end, 60_000)));\n`,
  });
  const record = join(dir, "record");
  const files = ["a", "b"].map((name) => join(dir, `${name}.test.js`));
  const run = spawn(process.execPath, args(record, ...files), { env, detached: true, stdio: "ignore" });
  await until("the first failure", 30, () =>
    readFileSync(record, { encoding: "utf8", flag: "a+" }).includes("a.test.js"),
  );
  process.kill(-(run.pid ?? 0), "SIGKILL");
  await once(run, "close");
  for (const text of [readFileSync(record, "utf8"), ""])
    assert.throws(() => failedIn(text), /^Error: the last run of the tests did not end: run all of them$/);
});
