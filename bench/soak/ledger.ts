import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cachePlace } from "../../tests/support/cache.ts";

/** The cases of one kind that are done, for one seed and one build of the package: a run that was broken off goes on behind them. */
export class Ledger<Entry extends { readonly number: number }> {
  readonly dir: string;
  readonly #file: string;
  readonly #entries: Entry[];

  constructor(kind: string, seed: number, dir = placeOf(seed)) {
    mkdirSync(dir, { recursive: true });
    this.dir = dir;
    this.#file = join(dir, `${kind}.jsonl`);
    this.#entries = existsSync(this.#file) ? readEntries(readFileSync(this.#file, "utf8")) : [];
  }

  /** In the order of their numbers. */
  get entries(): readonly Entry[] {
    return this.#entries.toSorted((one, other) => one.number - other.number);
  }

  has(number: number): boolean {
    return this.#entries.some((entry) => entry.number === number);
  }

  add(entry: Entry): void {
    // A line of its own, whatever an earlier run left of its last one.
    appendFileSync(this.#file, `\n${JSON.stringify(entry)}\n`);
    this.#entries.push(entry);
  }
}

/** The whole lines of a ledger; of each number the last. */
export function readEntries<Entry extends { readonly number: number }>(text: string): Entry[] {
  const entries = new Map<number, Entry>();
  for (const line of text.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"))) {
    const entry: Entry = JSON.parse(line);
    entries.set(entry.number, entry);
  }
  return [...entries.values()];
}

function placeOf(seed: number): string {
  return cachePlace("soak", `${packageDigest().slice(0, 12)}-${seed}`);
}

/** Of the package as it is built: what was proved of another build is proved no more. */
function packageDigest(): string {
  const built = join(__dirname, "../../provider");
  const files = readdirSync(built, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  const hash = createHash("sha256");
  for (const path of paths)
    hash
      .update(`${path.slice(built.length)}\0`)
      .update(readFileSync(path))
      .update("\0");
  return hash.digest("hex");
}
