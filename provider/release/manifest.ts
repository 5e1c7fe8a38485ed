import { createHash } from "node:crypto";
import { allAbove, type Entry, type Kind, pathBytes, type ReleasePath } from "./entry.ts";
import type { SharedPlaces } from "./shared.ts";

/** What a release consists of. host/manifest.sh makes the same bytes of the same release, and says the format. */
export interface Manifest {
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  /** Its records, as the host's manifest has them. */
  readonly body: Buffer;
  readonly contents: Contents;
  /** The size of each file. */
  readonly sizes: ReadonlyMap<ReleasePath, number>;
  /** Files that are one file with several names in the source: they come together or not at all. */
  readonly tied: ReadonlySet<ReleasePath>;
}

/** What lies at each path of a release: "f <sha256>", "x <sha256>", "l <target>", "d" for an empty directory. */
export type Contents = ReadonlyMap<ReleasePath, string>;

/** Gathers the entries of a release, in any order, into its manifest. */
export class ManifestBuilder {
  readonly #shared: SharedPlaces;
  /** Of everything but directories. */
  readonly #contents = new Map<ReleasePath, string>();
  readonly #sizes = new Map<ReleasePath, number>();
  readonly #dirs = new Set<ReleasePath>();
  readonly #tied = new Set<ReleasePath>();

  constructor(shared: SharedPlaces) {
    this.#shared = shared;
  }

  /** Adds an entry; for files with the digest of the content. */
  add(entry: Entry, sha256 = ""): void {
    const { path } = entry;
    if (entry.kind === "d") this.#dirs.add(path);
    else if (entry.kind === "l") this.#contents.set(path, `l ${entry.target}`);
    else if (entry.kind === "name") {
      const [content, size] = [this.#contents.get(entry.of), this.#sizes.get(entry.of)];
      if (content !== undefined && size !== undefined) {
        this.#contents.set(path, content);
        this.#sizes.set(path, size);
      }
      this.#tied.add(path).add(entry.of);
    } else {
      this.#contents.set(path, `${entry.kind} ${sha256}`);
      this.#sizes.set(path, entry.file.size);
    }
  }

  build(): Manifest {
    const [contents, sizes] = [this.#contents, this.#sizes];
    const files = contents.size;
    for (const path of this.#emptyDirs()) contents.set(path, "d");
    const paths: Record<Kind, ReleasePath[]> = { f: [], x: [], l: [], d: [] };
    for (const [path, content] of contents) paths[kindOf(content)].push(path);
    const records = [paths.f, paths.x, paths.l, paths.d].flatMap((group) =>
      group.sort(byBytes).map((path) => record(path, contents.get(path) ?? "")),
    );
    const body = pathBytes(records.join(""));
    const digest = createHash("sha256").update(body).digest("hex");
    let bytes = 0;
    for (const size of sizes.values()) bytes += size;
    return { digest, files, bytes, body, contents, sizes, tied: this.#tied };
  }

  #emptyDirs(): ReleasePath[] {
    const full = allAbove(this.#contents.keys(), this.#dirs);
    return [...this.#dirs].filter((path) => !full.has(path) && !this.#shared.isAbove(path));
  }
}

/** The contents that a manifest's body tells, if it is the one with this digest. */
export function contentsOf(body: Buffer, digest: string): Contents | undefined {
  if (createHash("sha256").update(body).digest("hex") !== digest) return undefined;
  const records = body.toString("latin1").split("\0").slice(0, -1);
  return new Map(records.map(parseRecord));
}

function parseRecord(record: string): [ReleasePath, string] {
  const path = record.indexOf(" ./") + 1;
  if (record.startsWith("d ")) return [record.slice(path + 2), "d"];
  if (!record.startsWith("l ")) return [record.slice(path + 2), record.slice(0, path - 1)];
  const target = record.indexOf("//");
  return [record.slice(path + 2, target), `l ${record.slice(target + 2)}`];
}

function record(path: ReleasePath, content: string): string {
  return content.startsWith("l ") ? `l ./${path}//${content.slice(2)}\0` : `${content} ./${path}\0`;
}

function kindOf(content: string): Kind {
  const kind = content[0];
  return kind === "x" || kind === "l" || kind === "d" ? kind : "f";
}

/** One character is one byte, so this is the order of `LC_ALL=C sort`. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
