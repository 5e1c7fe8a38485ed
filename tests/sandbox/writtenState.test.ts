import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { ROOT } from "../support/paths.ts";
import { type Sandbox, startSandbox } from "../support/sandbox.ts";
import { Stack } from "../support/stack.ts";
import { bringState, keepState, writtenBy } from "../support/writtenState.ts";

// Whoever upgrades the package has a stack and a site that an older version wrote. KEEP_STATE=<version> writes a further fixture, once a release.
const kept = process.env.KEEP_STATE;
const versions = kept === undefined ? readdirSync(join(ROOT, "tests/fixtures/state")) : [kept];

// One stack goes through all of it, in this order.
for (const written of versions)
  describe(`a stack and a site that ${written} has written`, { timeout: 180_000 }, () => {
    let sandbox: Sandbox;
    let stack: Stack;
    let builds: Builds;
    before(async () => {
      builds = new Builds();
      for (const version of ["1", "2", "3"]) builds.make(version);
      sandbox = await startSandbox({ placeholder: kept !== undefined });
      stack = new Stack();
      if (kept === undefined) {
        await bringState(written, sandbox, builds.dir, stack);
        await sandbox.startNginx();
        stack.declare(writtenBy(sandbox, builds.dir, "2"));
        return;
      }
      for (const version of ["1", "2"]) await up(version);
      await keepState(written, sandbox, builds.dir, stack);
    });
    after(async () => {
      stack?.close();
      await sandbox?.close();
      builds?.close();
    });

    async function up(version: string): Promise<string> {
      stack.declare(writtenBy(sandbox, builds.dir, version));
      const { code, stdout, stderr } = await stack.up();
      assert.equal(code, 0, stdout + stderr);
      return stdout;
    }

    test("need no change for the same program", async () => {
      assert.match(await stack.preview("--expect-no-changes"), /^\s+\d+ unchanged$/m);
    });

    test("show no drift in a refresh", async () => {
      const { code, stdout, stderr } = await stack.refresh("--expect-no-changes");
      assert.equal(code, 0, stdout + stderr);
    });

    test("go on to the next version, and back to the one that they came from", async () => {
      await up("3");
      assert.deepEqual((await stack.outputs()).live, "3");
      await up("1");
      const { live, previous, report } = await stack.outputs();
      assert.deepEqual({ live, previous }, { live: "1", previous: "3" });
      assert.deepEqual([report?.release?.status, report?.release?.sentBytes], ["reused", 0]);
    });

    test("are given up", async () => {
      const { code, stdout, stderr } = await stack.destroy();
      assert.equal(code, 0, stdout + stderr);
    });
  });
