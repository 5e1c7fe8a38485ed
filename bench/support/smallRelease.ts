import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const FILES = 20;
const BYTES = 50_000;

/** Writes a small PHP site: a front controller that includes some classes, and content that hardly compresses. */
export function writeSmallRelease(dir: string, version: string): void {
  const classes = Array.from({ length: 4 }, (_, index) => `src/Class${index}.php`);
  const assets = Array.from({ length: FILES - 1 - classes.length }, (_, index) => `public/assets/${index}.txt`);
  const requires = classes.map((path) => `require __DIR__ . '/../${path}';`).join("\n");
  write(join(dir, "public/index.php"), `<?php\n${requires}\necho ${JSON.stringify(version)};\n`);
  const size = Math.round(BYTES / (FILES - 1));
  for (const path of classes) write(join(dir, path), `<?php\n// ${text(size)}\nreturn 1;\n`);
  for (const path of assets) write(join(dir, path), `${text(size)}\n`);
}

function text(length: number): string {
  return randomBytes(length).toString("base64").slice(0, length);
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
