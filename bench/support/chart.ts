import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TopLevelSpec } from "vega-lite";

/** Draws a chart, and puts it beside bench/RESULTS.md. */
export async function draw(name: string, spec: TopLevelSpec): Promise<void> {
  writeFileSync(join(__dirname, "../../../bench", name), await svgOf(spec));
}

/** A chart as the text of an SVG file. */
export async function svgOf(spec: TopLevelSpec): Promise<string> {
  // Not required: vega awaits at its top.
  const [{ parse, View }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
