import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../support/paths.ts";
import { readmeCode } from "../../support/readme.ts";

test("The README's program for a bare server is the example's, which a machine runs", () => {
  const program = readFileSync(join(ROOT, "examples/new-server/index.ts"), "utf8");
  assert.equal(`${readmeCode("From a bare server", "ts")}\n`, program);
});
