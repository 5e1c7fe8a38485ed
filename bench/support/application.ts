import { cpSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const FILES = 7697;
const BYTES = 66_000_000;
const CHANGED = 20;
const VOCABULARY = 3000;
/** When its first build was made, in seconds. */
const BUILT = 1_600_000_000;
// 661 directories, as many as the application has that tar and rsync were first measured with: what a release costs on disk hangs on
// them. The numbers have no common divisor, so that every part of every package has files.
const [PACKAGES, PARTS, TOPS] = [47, 6, 7];

/** An application whose files are as many and as large as those of a usual PHP application with its vendor/; the same on every run. */
export class Application {
  /** Where it lies. All mtimes lie in the past, as those of a build that was made in peace. */
  readonly dir: string;
  readonly #random = randomFrom(20_201_123);
  readonly #words = Array.from({ length: VOCABULARY }, () => word(this.#random));
  readonly #paths: readonly string[];
  #changes = 0;

  /** Writes it. */
  constructor(dir: string) {
    this.dir = dir;
    const sizes = Array.from({ length: FILES }, () => Math.exp(this.#random() * 6 + 5));
    const scale = BYTES / sizes.reduce((total, size) => total + size, 0);
    this.#paths = sizes.map((_, index) => {
      const top = index % TOPS === 0 ? "src" : "vendor";
      return `${top}/package${index % PACKAGES}/part${index % PARTS}/Class${index}.php`;
    });
    for (const [index, path] of this.#paths.entries())
      write(join(dir, path), this.#text(Math.round((sizes[index] ?? 0) * scale)));
    write(join(dir, "public/index.php"), "<?php echo 1;\n");
  }

  /** Gives 20 files new content, in it or in a copy of it, others each time; returns their paths. */
  change(dir = this.dir): string[] {
    this.#changes++;
    const step = Math.floor(FILES / CHANGED);
    const changed = this.#paths.filter((_, index) => index % step === this.#changes % step).slice(0, CHANGED);
    for (const path of changed) write(join(dir, path), this.#text(4000), BUILT + this.#changes);
    return changed;
  }

  #text(size: number): string {
    return text(this.#words, this.#random, size);
  }
}

/** The builds of an application. */
export interface Builds {
  readonly first: string;
  /** The first with 20 files changed. */
  readonly next: string;
  /** The next with 20 files changed, and all mtimes new. */
  readonly touched: string;
}

/** Writes them below a directory. */
export function writeBuilds(dir: string): Builds {
  const [first, next, touched] = ["first", "next", "touched"].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  const application = new Application(first);
  cpSync(first, next, { recursive: true, preserveTimestamps: true });
  application.change(next);
  cpSync(next, touched, { recursive: true });
  application.change(touched);
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

function write(path: string, content: string, mtime = BUILT): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, mtime, mtime);
}
