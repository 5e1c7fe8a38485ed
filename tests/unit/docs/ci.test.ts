import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { ROOT } from "../../support/paths.ts";

function read(name: string) {
  return parse(readFileSync(join(ROOT, "examples/ci", name), "utf8"), { strict: true });
}

test("GitHub's file previews on a pull request and releases on a tag, one run at a time", () => {
  const { on, concurrency, jobs } = read("github.yml");
  assert.deepEqual([Object.keys(on), on.push], [["pull_request", "push"], { tags: ["v*"] }]);
  assert.equal(concurrency["cancel-in-progress"], false);
  const run = (name: string) => {
    const step = jobs.pulumi.steps.find((each: { name?: string }) => each.name === name);
    return [step.if, step.run];
  };
  assert.deepEqual(run("Preview"), [
    "github.ref_type != 'tag'",
    'pulumi preview --diff --stack prod -c version="$VERSION"',
  ]);
  assert.deepEqual(run("Release"), ["github.ref_type == 'tag'", 'pulumi up --yes --stack prod -c version="$VERSION"']);
});

test("GitLab's file previews on a merge request and releases on a tag, one run at a time", () => {
  const { preview, release } = read("gitlab.yml");
  assert.deepEqual(preview.rules, [{ if: "$CI_MERGE_REQUEST_IID" }]);
  assert.match(preview.script, /^pulumi preview /);
  assert.deepEqual(release.rules, [{ if: "$CI_COMMIT_TAG" }]);
  assert.match(release.script, /^pulumi up --yes /);
  assert.deepEqual([release.resource_group, release.interruptible], ["prod", false]);
});
