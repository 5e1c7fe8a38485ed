import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cachePlace, madeBy } from "./cache.ts";
import { must } from "./command.ts";
import type { Machine } from "./machine.ts";
import { ROOT } from "./paths.ts";

const recipe = join(ROOT, "tests/support/dokuwiki.sh");

/** The directories of DokuWiki's data, which all of its releases share. */
const dataDirs = "attic cache index locks log media media_attic media_meta meta pages tmp".split(" ");

/** Why DokuWiki cannot be had here: the reason for which its tests are skipped. */
export function dokuwikiUnavailable(): string | undefined {
  for (const tool of ["apt-get", "dpkg"])
    if (spawnSync(tool, ["--version"]).error !== undefined) return `DokuWiki comes from Debian's packages: no ${tool}`;
  return undefined;
}

/** A tree of DokuWiki without its data and without version/, made once and kept outside the tree; nobody may change it. */
export function dokuwiki(): string {
  const dir = cachePlace("apps", `dokuwiki-${madeBy(readFileSync(recipe))}`);
  if (!existsSync(dir)) must("sh", recipe, dir);
  return dir;
}

/** Makes the data that all releases on a machine share, without a page; gives its path. */
export async function makeData(machine: Machine): Promise<string> {
  const shared = `${machine.deployPath}/shared`;
  const data = `${shared}/data`;
  const dirs = dataDirs.map((dir) => `${data}/${dir}`).join(" ");
  await machine.must(`install -d -o deploy -g deploy ${shared} && install -d -o www-data ${data} ${dirs}`);
  return data;
}
