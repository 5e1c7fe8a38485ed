import { deepEqual, equal } from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { makeBuilds } from "../../../../tools/demo/builds.ts";
import { example as original } from "../../../../tools/demo/places.ts";

describe("makeBuilds", () => {
  let example = "";
  const read = (path: string) => readFileSync(join(example, path), "utf8");
  before(() => {
    example = mkdtempSync(join(tmpdir(), "builds-"));
    for (const part of ["site", "mistakes"]) cpSync(join(original, part), join(example, part), { recursive: true });
    makeBuilds(example, ["1", "3", "4"]);
  });
  after(() => rmSync(example, { recursive: true, force: true }));

  it("makes one build a version, whole", () => {
    deepEqual(readdirSync(join(example, "builds")), ["1", "3", "4"]);
    deepEqual(
      readdirSync(join(example, "builds/1"), { recursive: true }),
      readdirSync(join(example, "site"), { recursive: true }),
    );
  });

  it("writes the version where the page reads it, early and late", () => {
    for (const name of ["early", "late"]) {
      equal(read(`builds/4/src/${name}.php`), read(`site/src/${name}.php`).replace("@VERSION@", "4"));
    }
  });

  it("lays a version's mistake over its build only", () => {
    equal(read("builds/3/public/index.php"), read("mistakes/3/public/index.php"));
    equal(read("builds/4/src/Articles.php"), read("mistakes/4/src/Articles.php"));
    equal(read("builds/1/public/index.php"), read("site/public/index.php"));
    equal(read("builds/3/src/Articles.php"), read("site/src/Articles.php"));
  });
});
