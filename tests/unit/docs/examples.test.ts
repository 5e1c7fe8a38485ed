import assert from "node:assert/strict";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../support/paths.ts";

// ci/ has two files and no program, demo/ is what npm run demo runs.
const programs = readdirSync(join(ROOT, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !["ci", "demo"].includes(entry.name))
  .map(({ name }) => name);

test("Each example has a page of its own, is linked from the README, and is named in a test that a machine runs", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const tests = globSync("tests/machine/*.test.ts", { cwd: ROOT }).map((path) =>
    readFileSync(join(ROOT, path), "utf8"),
  );
  assert.ok(programs.includes("minimal"));
  for (const name of programs) {
    assert.ok(existsSync(join(ROOT, "examples", name, "README.md")), `${name} has no README.md`);
    assert.ok(readme.includes(`(examples/${name})`), `the README does not link ${name}`);
    assert.ok(
      tests.some((text) => text.includes(`"${name}"`)),
      `no machine runs ${name}`,
    );
  }
});
