import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";
import { Stack } from "../support/stack.ts";

for (const suite of suites) {
  describe(`pulumi up on ${suite}`, { skip: machinesUnavailable() ?? false }, () => {
    let machine: Machine;
    let stack: Stack;
    let builds: string;
    before(async () => {
      builds = mkdtempSync(join(tmpdir(), "builds-"));
      machine = await startMachine("web1", { suite });
      stack = new Stack();
    });
    after(async () => {
      stack?.close();
      await machine?.close();
      rmSync(builds, { recursive: true, force: true });
    });

    const build = (version: string, files: Record<string, string>) => {
      for (const [path, text] of Object.entries(files)) {
        const file = join(builds, version, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      return join(builds, version);
    };
    const args = (version: string) => ({
      connection: machine.connection,
      deployPath: machine.deployPath,
      version,
      source: build(version, { "public/index.php": `<?php echo "version ${version}";` }),
    });

    test("serves version 1, then 2", async () => {
      stack.declare(args("1"));
      let up = await stack.up();
      assert.equal(up.code, 0, up.stderr + up.stdout);
      assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });

      stack.declare(args("2"));
      assert.match(await stack.preview(), /version\s*: "1" => "2"/);
      up = await stack.up();
      assert.equal(up.code, 0, up.stderr + up.stdout);
      assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
      const { live, previous } = await stack.outputs();
      assert.deepEqual({ live, previous }, { live: "2", previous: "1" });
    });
  });
}
