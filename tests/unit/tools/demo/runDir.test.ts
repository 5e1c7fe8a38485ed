import { deepEqual, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { root } from "../../../../tools/demo/places.ts";

describe("takeRunDir", () => {
  const module = join(root, "dist/tools/demo/runDir.js");
  let place = "";
  let dir = "";
  const run = (script: string) =>
    spawnSync(process.execPath, ["-e", `const { takeRunDir } = require(${JSON.stringify(module)}); ${script}`, dir], {
      encoding: "utf8",
    });
  before(() => {
    place = mkdtempSync(join(tmpdir(), "run-"));
    dir = join(place, ".demo");
  });
  beforeEach(() => rmSync(dir, { recursive: true, force: true }));
  after(() => rmSync(place, { recursive: true, force: true }));

  it("gives an empty directory, and removes it when the process ends", () => {
    mkdirSync(dir);
    writeFileSync(join(dir, "left"), "by a killed demo");
    const { stdout } = run(
      `takeRunDir(process.argv[1]); console.log(require("node:fs").readdirSync(process.argv[1]).join())`,
    );
    equal(stdout, "process\n");
    deepEqual(readdirSync(place), []);
  });

  it("takes what a killed process held", () => {
    run(`takeRunDir(process.argv[1]); process.kill(process.pid, "SIGKILL")`);
    equal(existsSync(join(dir, "process")), true);
    equal(run("takeRunDir(process.argv[1])").status, 0);
  });

  it("refuses a directory that a living process holds, and leaves it alone", () => {
    const { status, stderr } = run(
      `const { spawnSync } = require("node:child_process");
       takeRunDir(process.argv[1]);
       const { stderr } = spawnSync(process.execPath, ["-e", \`require(${JSON.stringify(module)}).takeRunDir(process.argv[1])\`, process.argv[1]], { encoding: "utf8" });
       process.stderr.write(stderr);
       require("node:fs").accessSync(process.argv[1] + "/process");`,
    );
    equal(status, 0);
    match(stderr, /Another demo runs in this directory, as process \d+: end it first/);
  });
});
