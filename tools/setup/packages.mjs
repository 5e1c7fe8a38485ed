import { lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./places.mjs";
import { quietly, say } from "./step.mjs";

/** Installs what package-lock.json names, unless that was done since it last changed. */
export async function installPackages() {
  const modules = join(root, "node_modules");
  // A link is somebody's own arrangement, as between work trees.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  // npm writes this file last.
  const installed = statSync(join(modules, ".package-lock.json"), { throwIfNoEntry: false });
  if (installed !== undefined && installed.mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs) return;
  say("installing packages (npm ci, under a minute)...");
  await quietly("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root });
}
