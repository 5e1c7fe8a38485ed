import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./places.mjs";

// Those whose host is a whole machine; the others have the tests' sandbox.
const onMachines = ["opcache"];

/** The compiled measurements of these names, all without any, and whether they need machines. */
export function chooseBenches(names) {
  const known = readdirSync(join(root, "bench"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no bench ${unknown}; there is ${known.join(", ")}`);
  const chosen = names.length === 0 ? known : names;
  const files = chosen.map((name) => join(root, "dist/bench", `${name}.js`));
  return { files, needMachines: chosen.some((name) => onMachines.includes(name)) };
}
