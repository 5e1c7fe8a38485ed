import ignore, { type Ignore } from "ignore";
import { pathBytes, type RawEntry } from "./entry.ts";

/** Which entries of a source stay at home, by patterns as .gitignore has them: the last one that matches decides. */
export class Exclusion {
  /** The same text for the same patterns. */
  readonly key: string;
  readonly #rules: Ignore | undefined;

  constructor(patterns: readonly string[]) {
    this.key = JSON.stringify(patterns);
    // Hosts tell upper from lower case, whatever the file system of this machine does.
    this.#rules = patterns.length === 0 ? undefined : ignore({ ignorecase: false }).add([...patterns]);
  }

  /** By its clean path; an entry below an excluded directory is excluded too, as git has it. */
  covers({ kind }: Pick<RawEntry, "kind">, path: string): boolean {
    if (this.#rules === undefined) return false;
    // Patterns are text. A name that is not UTF-8 is compared with U+FFFD in the place of what cannot be read.
    return this.#rules.ignores(`${pathBytes(path).toString("utf8")}${kind === "dir" ? "/" : ""}`);
  }
}

export const nothingExcluded = new Exclusion([]);
