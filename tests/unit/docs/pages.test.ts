import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { allPages, anchorsIn, linksIn } from "../../support/pages.ts";
import { ROOT } from "../../support/paths.ts";
import { sectionOf } from "../../support/readme.ts";

const pages = allPages();

test("Links within the repository lead somewhere", () => {
  const dead = pages.flatMap((page) =>
    linksIn(page)
      .filter((target) => !/^[a-z]+:/.test(target) && !leads(page.path, target))
      .map((target) => `${page.path}: ${target}`),
  );
  assert.deepEqual(dead, []);
  assert.ok(pages.flatMap(linksIn).length > 10);
});

function leads(from: string, target: string): boolean {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(ROOT, path))) return false;
  const page = pages.find((each) => each.path === path);
  return anchor === undefined || (page !== undefined && anchorsIn(page).includes(anchor));
}

test("Every page of docs/ is linked from the README", () => {
  const readme = pages.filter(({ path }) => path === "README.md").flatMap(linksIn);
  const docs = pages.map(({ path }) => path).filter((path) => path.startsWith("docs/"));
  assert.deepEqual(
    docs.filter((path) => !readme.some((target) => target.startsWith(path))),
    [],
  );
});

test("The README can be read at once, and its section on opcache fits a screen", () => {
  const [readme = { path: "", text: "" }] = pages.filter(({ path }) => path === "README.md");
  assert.ok(readme.text.split("\n").length < 200);
  const opcache = sectionOf("README.md", "opcache");
  assert.ok(opcache.split("\n").length < 30 && opcache.length < 4000, `${opcache.length} characters`);
});
