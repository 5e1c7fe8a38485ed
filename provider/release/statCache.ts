import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, forgetOld } from "./cacheDir.ts";
import type { FileStat } from "./entry.ts";

/** A file that changed this short ago may change again without its times telling: file systems count in ticks. */
const SETTLED = 2000;

/**
 * What is known of files as long as their stat stays the same, so that a preview does not read them again. One file per
 * source under the user's cache directory. It only saves time: a damaged one counts as empty, and one that cannot be written
 * is left alone.
 */
export class StatCache {
  readonly #path: string;
  readonly #known: ReadonlyMap<string, string>;
  readonly #used = new Map<string, string>();
  readonly #started = Date.now();

  private constructor(path: string, known: ReadonlyMap<string, string>) {
    this.#path = path;
    this.#known = known;
  }

  static async open(source: string): Promise<StatCache> {
    const name = createHash("sha256").update(source).digest("hex").slice(0, 32);
    const path = join(cacheDir("digests"), name);
    return new StatCache(path, parse(await readFile(path, "utf8").catch(() => "")));
  }

  get(file: FileStat): string | undefined {
    const value = this.#known.get(file.key);
    if (value !== undefined) this.#used.set(file.key, value);
    return value;
  }

  set(file: FileStat, value: string): void {
    if (file.changed < this.#started - SETTLED) this.#used.set(file.key, value);
  }

  /** Keeps what was used or learned since it was opened, and forgets the rest. */
  async save(): Promise<void> {
    const same = this.#used.size === this.#known.size && [...this.#used.keys()].every((key) => this.#known.has(key));
    if (same) return;
    const partial = `${this.#path}.${randomBytes(6).toString("hex")}`;
    try {
      await mkdir(cacheDir("digests"), { recursive: true, mode: 0o700 });
      await writeFile(partial, this.#lines(), { mode: 0o600 });
      await rename(partial, this.#path);
      await forgetOld(cacheDir("digests"));
    } catch {
      await rm(partial, { force: true }).catch(() => {}); // a home that cannot be written costs time, not correctness
    }
  }

  /** The format's name, and each key with its value; neither holds a tab or a line end. A piece at a time: a large source has very many. */
  *#lines(): Generator<string> {
    yield `${FORMAT}\n`;
    let lines: string[] = [];
    for (const [key, value] of this.#used) {
      lines.push(`${key}\t${value}\n`);
      if (lines.length < 1000) continue;
      yield lines.join("");
      lines = [];
    }
    yield `${lines.join("")}end\n`;
  }
}

const FORMAT = "pulumi-site-release digests 2";

function parse(text: string): Map<string, string> {
  const known = new Map<string, string>();
  // Absent, damaged or cut: everything is read again.
  if (!text.startsWith(`${FORMAT}\n`) || !text.endsWith("\nend\n")) return known;
  for (
    let at = FORMAT.length + 1, end = text.indexOf("\n", at);
    end !== -1;
    at = end + 1, end = text.indexOf("\n", at)
  ) {
    const tab = text.indexOf("\t", at);
    if (tab !== -1 && tab < end) known.set(text.slice(at, tab), text.slice(tab + 1, end));
  }
  return known;
}
