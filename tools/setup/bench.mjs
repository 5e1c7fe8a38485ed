import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./places.mjs";

/** The compiled measurements of these names, all without any. */
export function chooseBenches(names) {
  const known = readdirSync(join(root, "bench"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no bench ${unknown}; there is ${known.join(", ")}`);
  return (names.length === 0 ? known : names).map((name) => join(root, "dist/bench", `${name}.js`));
}
