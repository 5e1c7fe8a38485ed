import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Makes a build of the demo's site for each version: a copy that knows its version, with that version's mistake if it has one. */
export function makeBuilds(example: string, versions: readonly string[]): void {
  for (const version of versions) {
    const build = join(example, "builds", version);
    rmSync(build, { recursive: true, force: true });
    cpSync(join(example, "site"), build, { recursive: true });
    const mistake = join(example, "mistakes", version);
    if (existsSync(mistake)) cpSync(mistake, build, { recursive: true });
    for (const name of ["src/early.php", "src/late.php"]) {
      const file = join(build, name);
      writeFileSync(file, readFileSync(file, "utf8").replaceAll("@VERSION@", version));
    }
  }
}
