import assert from "node:assert/strict";
import { test } from "node:test";
import { allPages, codeIn } from "../../support/pages.ts";
import { typeErrors } from "../../support/typeCheck.ts";

/** A program as it stands; of a few inputs the program around them. */
function programOf(code: string): string {
  if (/^import /m.test(code)) return code;
  return `import type { SiteReleaseArgs } from "pulumi-site-release";\nexport const some: Partial<SiteReleaseArgs> = {\n${code}\n};\n`;
}

test("What the pages tell to write compiles", () => {
  const programs = allPages().flatMap((page) => codeIn(page, "ts").map(programOf));
  assert.ok(programs.length >= 3);
  assert.deepEqual(typeErrors(programs), []);
});

test("A program that does not compile is seen", () => {
  assert.match(typeErrors([programOf("deployPath: 42,")]).join(), /^deployPath: 42,: Type 'number' is not assignable/);
  assert.deepEqual(typeErrors([programOf('deployPath: "/var/www/example.com",')]), []);
});
