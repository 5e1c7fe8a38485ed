import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const IN_DIRECTORY = 100;
const CHANGED = 20;

/** Writes a site of so many small files, a hundred in each directory, beside its front controller. */
export function writeManyFiles(dir: string, count: number): void {
  for (let index = 0; index < count - 1; index++) {
    const path = pathOf(dir, index);
    if (index % IN_DIRECTORY === 0) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content(`${index}`));
  }
  mkdirSync(join(dir, "public"));
  writeFileSync(join(dir, "public/index.php"), "<?php echo 1;\n");
}

/** Gives 20 of them new content, which `word` makes another one each time. */
export function changeManyFiles(dir: string, count: number, word: string): void {
  const step = Math.floor((count - 1) / CHANGED);
  for (let file = 0; file < CHANGED; file++) writeFileSync(pathOf(dir, file * step), content(`${file} ${word}`));
}

function pathOf(dir: string, index: number): string {
  const directory = Math.floor(index / IN_DIRECTORY);
  return join(dir, `src/Part${Math.floor(directory / IN_DIRECTORY)}/Part${directory}/Class${index}.php`);
}

function content(seed: string): string {
  return `<?php return "${createHash("sha256").update(seed).digest("hex").repeat(4)}";\n`;
}
