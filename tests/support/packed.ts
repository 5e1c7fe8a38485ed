import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { must } from "./command.ts";
import { atEnd } from "./ending.ts";
import { ROOT } from "./paths.ts";

let packed: string | undefined;

/** The file that `npm pack` makes of the package, as it would be published; made once a process. */
export function tarball(): string {
  if (packed !== undefined) return packed;
  const dir = mkdtempSync(join(tmpdir(), "packed-"));
  atEnd(() => rmSync(dir, { recursive: true, force: true }));
  // Not by its prepack: dist/ is what this test runs from, built a moment ago, and nothing to be built anew under it.
  must("env", "-C", ROOT, "npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", dir);
  packed = join(dir, readdirSync(dir)[0] ?? "");
  return packed;
}

/**
 * Puts the packed package into a project as npm would. What it depends on, and Pulumi and the compiler for the program, are links to this tree's own
 * (an install from the registry takes many times longer): these and nothing else, so that what the package does not ask for is missing here too.
 */
export function installPacked(project: string): void {
  const modules = join(project, "node_modules");
  const ours = join(modules, "pulumi-site-release");
  mkdirSync(ours, { recursive: true });
  must("tar", "-xzf", tarball(), "-C", ours, "--strip-components=1");
  const { dependencies } = JSON.parse(readFileSync(join(ours, "package.json"), "utf8"));
  for (const name of ["@pulumi/pulumi", "typescript", ...Object.keys(dependencies)]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
}
