import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startSandbox } from "../support/sandbox.ts";
import { Stack } from "../support/stack.ts";

function page(port: number, serverName: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, headers: { Host: serverName }, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve(body));
    }).on("error", reject);
  });
}

test("local: true releases on the machine that runs Pulumi, without SSH", async () => {
  const sandbox = await startSandbox();
  const stack = new Stack();
  const builds = mkdtempSync(join(tmpdir(), "builds-"));
  try {
    const { deployPath, serverName, pool, nginx, httpPort } = sandbox;
    for (const version of ["1", "2"]) {
      mkdirSync(join(builds, version, "public"), { recursive: true });
      writeFileSync(join(builds, version, "public/index.php"), `<?php echo "version ${version}";`);
      const source = join(builds, version);
      stack.declare({ local: true, deployPath, version, source, pools: [pool], nginx, probe: { port: httpPort } });
      const { code, stdout, stderr } = await stack.up();
      assert.equal(code, 0, stdout + stderr);
      assert.equal(await page(httpPort, serverName), `version ${version}`);
    }
    const { live, previous } = await stack.outputs();
    assert.deepEqual({ live, previous }, { live: "2", previous: "1" });
  } finally {
    rmSync(builds, { recursive: true, force: true });
    stack.close();
    await sandbox.close();
  }
});
