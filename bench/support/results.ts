import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const file = join(__dirname, "../../../bench/RESULTS.md");

/** Puts a chapter, which begins with its "# Title", into bench/RESULTS.md, in the place of the one with the same title. */
export function publish(chapter: string): void {
  writeFileSync(file, withChapter(readFileSync(file, "utf8"), chapter));
}

export function withChapter(text: string, chapter: string): string {
  const chapters = text.split(/^(?=# )/m).filter((other) => other.trim() !== "");
  const title = titleOf(chapter);
  const found = chapters.findIndex((other) => titleOf(other) === title);
  if (found === -1) chapters.push(chapter);
  else chapters[found] = chapter;
  return chapters.map((other) => `${other.trim()}\n`).join("\n");
}

function titleOf(chapter: string): string {
  return chapter.trimStart().split("\n", 1)[0] ?? "";
}
