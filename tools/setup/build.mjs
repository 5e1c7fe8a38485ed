import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./places.mjs";

/** Compiles what changed. */
export function buildTree() {
  const { status } = spawnSync(join(root, "node_modules/.bin/node"), [join(root, "tools/build.mjs"), "--if-changed"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the build failed");
}
