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
  /** The content of each path: "f <sha256>", "x <sha256>", "l <target>", "d". */
  readonly contents: ReadonlyMap<ReleasePath, string>;
}

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
    return { digest, files, bytes, text: Buffer.concat([header, body]), contents };
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

function kindOf(content: string): Kind {
  const kind = content[0];
  return kind === "x" || kind === "l" || kind === "d" ? kind : "f";
}

/** One character is one byte, so this is the order of `LC_ALL=C sort`. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
