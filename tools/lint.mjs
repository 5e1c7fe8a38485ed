// Everything that is checked without running the package. Each check says something only when it finds something.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const scratch = mkdtempSync(join(tmpdir(), "site-release-lint-"));
let found = 0;

try {
  check("formatting and lint", "biome", ["check", "--error-on-warnings"]);
  check("types of the examples", "tsc", ["-p", "examples"]);
  check("shell scripts", "shellcheck", shellScripts());
  check("dead code", "knip");
  check("package", "npm", ["pack", "--silent", "--pack-destination", scratch]);
  check("package shape", "publint", ["run", "--strict", "--pack", "npm"]);
  // node10 stands for resolution that knows no "exports", and needs none: Node 22 is the oldest here.
  const packed = readdirSync(scratch).map((name) => join(scratch, name));
  check("types of the package", "attw", [...packed, "--profile", "node16", "--no-emoji"]);
  checkLock();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = found === 0 ? 0 : 1;

function check(what, program, args = []) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (status === 0) return;
  report(what, error?.message ?? `${stdout}${stderr}`);
}

function report(what, text) {
  found += 1;
  console.error(`== ${what}\n${text.trim()}\n`);
}

/** Those in the tree, and those that the build joined: what one part uses of another shows only there. */
function shellScripts() {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.sh", ".ci/run"], {
    encoding: "utf8",
  });
  const joined = readdirSync("dist/provider/host").filter((name) => name.endsWith(".sh"));
  return [...listed.stdout.split("\n").filter(Boolean), ...joined.map((name) => `dist/provider/host/${name}`)];
}

/** A lock that names a registry installs nowhere else. */
function checkLock() {
  const named = /"resolved":|https?:\/\/[^"]*\.tgz/.exec(readFileSync("package-lock.json", "utf8"));
  if (named !== null)
    report("package-lock.json", `it names a registry (${named[0]}); run node tools/complete-lock.mjs`);
}
