import { join } from "node:path";

/** The repository, seen from dist/tools/demo. */
export const root = join(__dirname, "../../..");

/** The example's program, its site and its builds. */
export const example = join(root, "examples/demo");

/** All that belongs to one run: Pulumi's state and settings, and where the sandbox is. It is gone when the run ends. */
export const runDir = join(root, ".demo");
