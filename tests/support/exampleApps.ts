import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Builds, versionFiles } from "./builds.ts";
import { cachePlace, madeBy } from "./cache.ts";
import { must } from "./command.ts";
import { mirror } from "./image.ts";
import { ROOT } from "./paths.ts";

/** Small applications on real frameworks, of the examples' names. */
export type ExampleApp = "laravel" | "symfony" | "wordpress";

const recipe = join(ROOT, "tests/support/debianApps.sh");

/** Why the frameworks cannot be had here: the reason for which their tests are skipped. */
export function frameworksUnavailable(): string | undefined {
  for (const tool of ["apt-get", "dpkg"])
    if (spawnSync(tool, ["--version"]).error !== undefined) return `the frameworks are Debian's packages: no ${tool}`;
  return mirror() === undefined ? "the frameworks come from the mirror of a Debian's own apt" : undefined;
}

/** Builds a version as CI would: the application, its framework, and what names the version, each time in a file of its own. */
export function buildApp(builds: Builds, app: ExampleApp, version: string): string {
  const dir = builds.path(version);
  cpSync(join(frameworks(), app), dir, { recursive: true });
  cpSync(join(ROOT, "tests/support/apps", app), dir, { recursive: true });
  return builds.make(version, versionFiles(version));
}

/** What the applications are made on, gathered once and kept outside the tree; nobody may change it. */
function frameworks(): string {
  const dir = cachePlace("apps", `frameworks-${madeBy(readFileSync(recipe))}`);
  if (!existsSync(dir)) must("sh", recipe, dir, mirror() ?? "");
  return dir;
}
