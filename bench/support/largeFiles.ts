import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const FILES = 8;
// Further apart than any packer looks back (gzip 32 KiB, zstd by default 8 MiB at most), so that what comes again does not pack.
const BLOCK = 50_000_000;

/** Writes a site of a few large files that do not pack, of about so many bytes in all. */
export function writeLargeFiles(dir: string, bytes: number): void {
  const block = randomBytes(BLOCK);
  const blocks = Math.round(bytes / FILES / BLOCK);
  mkdirSync(join(dir, "public"), { recursive: true });
  writeFileSync(join(dir, "public/index.php"), "<?php echo 1;\n");
  for (let file = 0; file < FILES; file++) {
    block.writeUInt32LE(file); // no two files are the same
    const written = openSync(join(dir, `public/film${file}.mp4`), "w");
    for (let part = 0; part < blocks; part++) writeSync(written, block);
    closeSync(written);
  }
}
