import { createHash } from "node:crypto";
import { above, type Entry, type Kind, pathBytes, type ReleasePath } from "./entry.ts";
import type { SharedPlaces } from "./shared.ts";

/** What a release consists of. host/manifest.sh makes the same bytes of the same release, and says the format. */
export interface Manifest {
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  /** Header line and body. */
  readonly text: Buffer;
  readonly contents: Contents;
  /** The size of each file. */
  readonly sizes: ReadonlyMap<ReleasePath, number>;
  /** Files that are one file with several names in the source: they come together or not at all. */
  readonly tied: ReadonlySet<ReleasePath>;
}

/** What lies at each path of a release: "f <sha256>", "x <sha256>", "l <target>", "d" for an empty directory. */
export type Contents = ReadonlyMap<ReleasePath, string>;

interface FileRecord {
  readonly kind: "f" | "x";
  readonly sha256: string;
  readonly size: number;
}

/** Gathers the entries of a release, in any order, into its manifest. */
export class ManifestBuilder {
  readonly #shared: SharedPlaces;
  readonly #files = new Map<ReleasePath, FileRecord>();
  readonly #links = new Map<ReleasePath, ReleasePath>();
  readonly #dirs = new Set<ReleasePath>();
  readonly #tied = new Set<ReleasePath>();

  constructor(shared: SharedPlaces) {
    this.#shared = shared;
  }

  /** Adds an entry; for files with the digest of the content. */
  add(entry: Entry, sha256 = ""): void {
    if (entry.kind === "d") this.#dirs.add(entry.path);
    else if (entry.kind === "l") this.#links.set(entry.path, entry.target);
    else if (entry.kind === "name") {
      const same = this.#files.get(entry.of);
      if (same !== undefined) this.#files.set(entry.path, same);
      this.#tied.add(entry.path).add(entry.of);
    } else this.#files.set(entry.path, { kind: entry.kind, sha256, size: entry.file.size });
  }

  build(): Manifest {
    const contents = new Map<ReleasePath, string>();
    for (const [path, { kind, sha256 }] of this.#files) contents.set(path, `${kind} ${sha256}`);
    for (const [path, target] of this.#links) contents.set(path, `l ${target}`);
    for (const path of this.#emptyDirs()) contents.set(path, "d");
    const records: Record<Kind, string[]> = { f: [], x: [], l: [], d: [] };
    for (const path of [...contents.keys()].sort(byBytes)) {
      const content = contents.get(path) ?? "";
      const target = this.#links.get(path);
      records[kindOf(content)].push(target === undefined ? `${content} ./${path}\0` : `l ./${path}//${target}\0`);
    }
    const body = pathBytes([...records.f, ...records.x, ...records.l, ...records.d].join(""));
    const digest = createHash("sha256").update(body).digest("hex");
    const files = this.#files.size + this.#links.size;
    const bytes = [...this.#files.values()].reduce((total, { size }) => total + size, 0);
    const header = Buffer.from(`site-release-manifest 1 files=${files} bytes=${bytes} digest=${digest}\n`);
    const sizes = new Map([...this.#files].map(([path, { size }]) => [path, size]));
    return { digest, files, bytes, text: Buffer.concat([header, body]), contents, sizes, tied: this.#tied };
  }

  #emptyDirs(): ReleasePath[] {
    const full = new Set<ReleasePath>();
    for (const path of [...this.#files.keys(), ...this.#links.keys(), ...this.#dirs])
      for (const parent of above(path)) {
        if (full.has(parent)) break;
        full.add(parent);
      }
    return [...this.#dirs].filter((path) => !full.has(path) && !this.#shared.isAbove(path));
  }
}

/** The contents that a manifest's text tells, if it is the one with this digest. */
export function contentsOf(text: Buffer, digest: string): Contents | undefined {
  const body = text.subarray(text.indexOf("\n") + 1);
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

function kindOf(content: string): Kind {
  const kind = content[0];
  return kind === "x" || kind === "l" || kind === "d" ? kind : "f";
}

/** One character is one byte, so this is the order of `LC_ALL=C sort`. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
