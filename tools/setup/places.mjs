import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where what takes minutes to make is kept, for every clone of this repository. */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "pulumi-site-release");

/** The path of a program. */
export function which(program) {
  const dirs = (process.env.PATH ?? "").split(delimiter);
  return dirs.map((dir) => join(dir || ".", program)).find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
