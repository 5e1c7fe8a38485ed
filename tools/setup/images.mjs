import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./places.mjs";
import { say } from "./step.mjs";

/** Builds the disks of the test machines that are not there yet; nothing where machines cannot run: their tests say why. */
export function buildImages() {
  const require = createRequire(import.meta.url);
  const { machinesUnavailable } = require(join(root, "dist/tests/support/machine.js"));
  const { allImages, build, isBuilt } = require(join(root, "dist/tests/support/image.js"));
  if (machinesUnavailable() !== undefined) return;
  for (const image of allImages()) {
    if (isBuilt(image)) continue;
    say(`building a ${image.suite} machine (debootstrap, 1 to 3 minutes, once)...`);
    build(image);
  }
}
