import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./places.mjs";
import { say } from "./step.mjs";

/** Installs the package managers and versions of Node that the package is tried with, unless they are there. */
export function installPackaging() {
  const { install, isThere } = createRequire(import.meta.url)(join(root, "dist/tests/support/packaging.js"));
  if (isThere()) return;
  say("installing pnpm, yarn and two more versions of Node (npm, half a minute, once)...");
  install();
}
