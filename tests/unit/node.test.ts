import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nodeFault, OLDEST_NODE } from "../../provider/node.ts";
import { ROOT } from "../support/paths.ts";

test("A Node.js that is too old is named before anything is declared", () => {
  assert.equal(
    nodeFault("20.20.2"),
    "pulumi-site-release needs Node.js 22.18 or later, and this program runs by 20.20.2: put a newer one first on PATH",
  );
  assert.deepEqual(
    ["22.17.9", "18.0.0"].filter((version) => nodeFault(version) === undefined),
    [],
  );
  assert.deepEqual(["22.18.0", "22.19.1", "23.0.0", "26.1.0"].map(nodeFault), Array(4).fill(undefined));
});

test("The oldest Node.js is the one that package.json asks for", () => {
  const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  assert.equal(engines.node, `>=${OLDEST_NODE}`);
  assert.ok(readFileSync(join(ROOT, "README.md"), "utf8").includes(`on Node ≥ ${OLDEST_NODE},`));
});
