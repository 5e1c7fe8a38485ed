// A reporter of node:test beside the one that people read: a line for each test file in which something failed, and a last one when all have ended.
import { relative } from "node:path";
import { root } from "./places.mjs";

const ENDED = "ended";

export default async function* failedFiles(events) {
  const told = new Set();
  for await (const { type, data } of events) {
    if (type === "test:summary" && data.file === undefined) yield `${ENDED}\n`;
    // A test that another file declares is told by that file's name, and a file that dies has no summary.
    const hasFailed = type === "test:fail" || (type === "test:summary" && !data.success);
    if (!hasFailed || !data.file?.endsWith(".test.js") || told.has(data.file)) continue;
    told.add(data.file);
    yield `${relative(root, data.file)}\n`;
  }
}

/** The files of such a record. One that was cut off proves nothing of the files that are not in it. */
export function failedIn(record) {
  const lines = record.split("\n");
  if (!lines.includes(ENDED)) throw new Error("the last run of the tests did not end: run all of them");
  const files = lines.filter((line) => line !== "" && line !== ENDED);
  if (files.length === 0) throw new Error("no test file failed the last time");
  return files;
}
