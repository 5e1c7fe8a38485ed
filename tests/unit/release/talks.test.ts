import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspectRelease } from "../../../provider/release/inspect.ts";
import { removeReleases } from "../../../provider/release/remove.ts";
import { stageRelease } from "../../../provider/release/stage.ts";
import { failureOf } from "../../support/failure.ts";
import { lyingHost } from "../../support/lyingHost.ts";
import { planFor } from "../../support/releaseTree.ts";

/** A host that says these lines and ends. */
function saying(...lines: readonly string[]) {
  return lyingHost(async (host) => {
    for (const line of lines) await host.say(line);
    host.end();
  });
}

describe("What a host says of releases", () => {
  test("is no release when it ends with a word of its own", async () => {
    const error = await failureOf(stageRelease(saying("done banana"), planFor("/srv"), () => {}));
    assert.equal(error.failure.observed, 'it ended with "banana"');
  });

  test("is no size when it is no number", async () => {
    const staged = await failureOf(stageRelease(saying("fact files x", "done reused"), planFor("/srv"), () => {}));
    assert.equal(staged.failure.observed, 'it told "x" for files, which is no number');
    const lines = ["fact state complete", "fact digest d", "fact files 1e9", "done inspected"];
    const inspected = await failureOf(inspectRelease(saying(...lines), { deployPath: "/srv", version: "42" }));
    assert.equal(inspected.failure.observed, 'it told "1e9" for files, which is no number');
    const without = await failureOf(stageRelease(saying("done reused"), planFor("/srv"), () => {}));
    assert.equal(without.failure.observed, "it told no files");
  });

  test("stays text where a step or a reason is named as what every object has", async () => {
    const steps: unknown[] = [];
    const host = saying("step constructor", "fact files 1", "fact bytes 2", "fact unpruned toString", "done reused");
    const { pruned } = await stageRelease(host, planFor("/srv"), (status) => steps.push(status));
    assert.deepEqual(steps, ["constructor", "reused 1, 0 B sent"]);
    assert.equal(pruned, "none: toString");
    const plan = { deployPath: "/srv", includePath: "/srv/i", ownerIds: [] };
    const { stays } = await removeReleases(saying("text stays 41 valueOf", "done removed"), plan);
    assert.deepEqual(stays, ["41: valueOf"]);
  });
});
