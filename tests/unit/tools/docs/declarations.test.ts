import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { declaredIn, typeWords } from "../../../../tools/docs/declarations.ts";

test("The fields of an interface come with their bases', their documentation and their defaults", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "declarations-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, "args.ts");
  writeFileSync(
    path,
    `interface Base {
  /** The name
   *  of it. */
  name: pulumi.Input<string>;
}
/** Not of a field. */
export interface Args extends Base {
  /**
   * How many, in seconds.
   * @default 5, or more
   */
  readonly count?: pulumi.Input<number>;
  undocumented?: boolean;
  method(): void;
}`,
  );
  assert.deepEqual(declaredIn(path, "Args"), [
    { name: "name", type: "string", isRequired: true, doc: "The name of it." },
    { name: "count", type: "number", isRequired: false, doc: "How many, in seconds.", default: "5, or more" },
    { name: "undocumented", type: "boolean", isRequired: false, doc: "" },
  ]);
  assert.throws(() => declaredIn(path, "Other"), /declares no Other/);
});

test("Types are said as a person says them", () => {
  assert.equal(typeWords("pulumi.Input<pulumi.Input<string>[]>"), "list of strings");
  assert.equal(typeWords("pulumi.Input<Record<string, pulumi.Input<string>>>"), "strings by name");
  assert.equal(typeWords("pulumi.Output<SiteReleaseReport>"), "SiteReleaseReport");
  assert.equal(typeWords("pulumi.Input<pulumi.asset.Archive>"), "Archive");
});
