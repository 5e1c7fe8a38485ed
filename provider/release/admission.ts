import { SiteReleaseError } from "../errors.ts";
import { above, type Entry, type RawEntry, type ReleasePath, showPath } from "./entry.ts";
import type { Exclusion } from "./exclusion.ts";

type Seen = "file" | "link" | "dir";

/** What is no part of a release by its place, whatever it is. */
export interface LeftOut {
  covers(path: ReleasePath): boolean;
  /** A directory on the way to such a place. */
  isAbove(path: ReleasePath): boolean;
}

/**
 * Judges the entries of one source, one after the other: what comes out can be put on disk as it is, every directory before what
 * lies in it. What a release cannot hold is refused by name. What is excluded, and what lies at a shared path, is left out.
 */
export class Admission {
  readonly source: string;
  readonly #shared: LeftOut;
  readonly #exclude: Exclusion;
  readonly #seen = new Map<ReleasePath, Seen>();
  readonly #links = new Map<ReleasePath, ReleasePath>();

  constructor(source: string, shared: LeftOut, exclude: Exclusion) {
    this.source = source;
    this.#shared = shared;
    this.#exclude = exclude;
  }

  /** The entry with the directories that it needs; nothing for the release's root, a directory met before, and what is left out. */
  admit(raw: RawEntry): Entry[] {
    const path = this.#clean(raw.path);
    if (path === "" && raw.kind === "dir") return [];
    if (path === "") this.#refuse(raw.path, "has no name");
    if (this.#shared.covers(path) || this.#exclude.covers(raw, path)) return [];
    if (raw.kind === "other") this.#refuse(path, `is ${raw.what}`, "Take it out of the source");
    const parents = this.#parents(path);
    const before = this.#seen.get(path);
    if (before === "dir" && raw.kind === "dir") return parents;
    if (before !== undefined) this.#refuse(path, "comes twice");
    if (raw.kind !== "dir" && this.#shared.isAbove(path))
      this.#refuse(path, "is no directory, and a shared path lies below it");
    return [...parents, this.#entry(raw, path)];
  }

  /** Judges what only the whole source shows: where the links lead. */
  finish(): void {
    for (const path of this.#links.keys())
      if (leaves(this.#links, path))
        this.#refuse(
          path,
          `is a link that leaves the release, to ${showPath(this.#links.get(path) ?? "")}`,
          "Make the link relative and keep it inside (Laravel: php artisan storage:link --relative), or share its target",
        );
  }

  #entry(raw: Exclude<RawEntry, { kind: "other" }>, path: ReleasePath): Entry {
    if (raw.kind === "dir") {
      this.#seen.set(path, "dir");
      return { kind: "d", path };
    }
    if (raw.kind === "link") {
      if (raw.target === "" || raw.target.includes("\0")) this.#refuse(path, "is a link without a usable target");
      this.#seen.set(path, "link");
      this.#links.set(path, raw.target);
      return { kind: "l", path, target: raw.target };
    }
    this.#seen.set(path, "file");
    if (raw.kind === "file") return { kind: raw.executable ? "x" : "f", path, file: raw };
    const of = this.#clean(raw.of);
    if (this.#seen.get(of) !== "file")
      this.#refuse(path, `is a hard link to ${showPath(of)}, which is no file of the release before it`);
    return { kind: "name", path, of };
  }

  #parents(path: ReleasePath): Entry[] {
    const missing: Entry[] = [];
    for (const parent of above(path)) {
      const seen = this.#seen.get(parent);
      if (seen === "dir") break;
      if (seen !== undefined) this.#refuse(path, `lies below ${showPath(parent)}, which is a ${seen}`);
      missing.unshift({ kind: "d", path: parent });
    }
    for (const { path: parent } of missing) this.#seen.set(parent, "dir");
    return missing;
  }

  #clean(path: ReleasePath): ReleasePath {
    if (path.startsWith("/")) this.#refuse(path, "is an absolute path");
    if (path.includes("\0")) this.#refuse(path, "holds a NUL");
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.includes("..")) this.#refuse(path, "leaves the release");
    return parts.join("/");
  }

  #refuse(path: ReleasePath, why: string, next?: string): never {
    throw new SiteReleaseError("source-refused", {
      action: `make a release of ${this.source}`,
      observed: `${showPath(path)} ${why}`,
      expected: "files, directories and links that stay in the release",
      ...(next !== undefined && { next }),
    });
  }
}

/** Linux follows 40 links and then says ELOOP (include/linux/namei.h: MAXSYMLINKS): such a link leads nowhere. */
const MOST_LINKS = 40;

/** Whether following a path, link by link as the kernel does, leads out of the release. */
function leaves(links: ReadonlyMap<ReleasePath, ReleasePath>, path: ReleasePath): boolean {
  const done: string[] = [];
  const todo = path.split("/");
  let followed = 0;
  while (todo.length > 0 && followed <= MOST_LINKS) {
    const part = todo.shift() ?? "";
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (done.pop() === undefined) return true;
      continue;
    }
    const target = links.get([...done, part].join("/"));
    if (target === undefined) done.push(part);
    else if (target.startsWith("/")) return true;
    else {
      followed += 1;
      todo.unshift(...target.split("/"));
    }
  }
  return false;
}
