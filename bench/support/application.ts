import { cpSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const FILES = 7697;
const BYTES = 66_000_000;
const CHANGED = 20;
const VOCABULARY = 3000;

/** The builds of an application, as many and as large files as a usual PHP application with its vendor/; the same on every run. */
export interface Builds {
  readonly first: string;
  /** The first with 20 files changed. */
  readonly next: string;
  /** The next with 20 files changed, and all mtimes new. */
  readonly touched: string;
}

/** Writes them below a directory. All mtimes lie in the past, as those of a build that was made in peace. */
export function writeBuilds(dir: string): Builds {
  const [first, next, touched] = ["first", "next", "touched"].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  const random = randomFrom(20_201_123);
  const words = Array.from({ length: VOCABULARY }, () => word(random));
  const sizes = Array.from({ length: FILES }, () => Math.exp(random() * 6 + 5));
  const scale = BYTES / sizes.reduce((total, size) => total + size, 0);
  const paths = sizes.map(
    (_, index) => `${index % 7 === 0 ? "src" : "vendor"}/package${index % 90}/part${index % 11}/Class${index}.php`,
  );
  for (const [index, path] of paths.entries())
    write(join(first, path), text(words, random, Math.round((sizes[index] ?? 0) * scale)));
  write(join(first, "public/index.php"), "<?php echo 1;\n");
  for (const [from, to] of [
    [first, next],
    [next, touched],
  ] as const) {
    cpSync(from, to, { recursive: true, preserveTimestamps: to === next });
    for (let index = 0; index < CHANGED; index++)
      write(join(to, paths[index * 300] ?? ""), `${text(words, random, 4000)}${to}`);
  }
  return { first, next, touched };
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function word(random: () => number): string {
  return Array.from({ length: 3 + Math.floor(random() * 9) }, () =>
    String.fromCharCode(97 + Math.floor(random() * 26)),
  ).join("");
}

/** Words by Zipf's law, which packs about as source code does. */
function text(words: readonly string[], random: () => number, size: number): string {
  const parts = ["<?php "];
  for (let length = 0; length < size; length += (parts.at(-1)?.length ?? 0) + 1)
    parts.push(words[Math.floor(words.length ** random()) - 1] ?? "");
  return parts.join(" ").slice(0, size);
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, 1_600_000_000, 1_600_000_000);
}
