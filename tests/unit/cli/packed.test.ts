import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { must, run } from "../../support/command.ts";
import { ROOT } from "../../support/paths.ts";

test("The packed package has the command that npx runs, and it needs nothing of this repository", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "packed-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  // Its build is this one: no script may change dist/ under the tests that run beside.
  const packed = must("npm", "pack", ROOT, "--silent", "--ignore-scripts", "--pack-destination", dir).trim();
  const modules = join(dir, "node_modules");
  mkdirSync(modules);
  must("tar", "-xf", join(dir, packed), "-C", modules);
  const home = join(modules, "package");
  const manifest: { version: string; bin: Record<string, string>; dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(home, "package.json"), "utf8"),
  );
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true }); // that of a scope
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  const [[name, path] = ["", ""]] = Object.entries(manifest.bin);
  equal(name, "pulumi-site-release");
  const command = join(dir, name);
  symlinkSync(join(home, path), command);
  // npm makes it executable when it is installed.
  must("chmod", "+x", join(home, path));
  deepEqual(await run(command, ["--version"]), { code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  const { code, stdout, stderr } = await run(command, ["status", "--local", join(dir, "nowhere")]);
  deepEqual([code, stderr], [1, ""]);
  equal(stdout.split("\n")[0], `${join(dir, "nowhere")} on this host`);
});
