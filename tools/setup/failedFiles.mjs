// A reporter of node:test beside the one that people read: a line for each test file in which something failed.
import { relative } from "node:path";
import { root } from "./places.mjs";

export default async function* failedFiles(events) {
  const told = new Set();
  for await (const { type, data } of events) {
    const file = relative(root, data?.file ?? "");
    if (type !== "test:fail" || told.has(file)) continue;
    told.add(file);
    yield `${file}\n`;
  }
}
