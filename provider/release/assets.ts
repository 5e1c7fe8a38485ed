import { lstat, realpath, stat } from "node:fs/promises";
import { fileOf } from "./directory.ts";
import { isSmall, type RawEntry, type ReleasePath, textPath } from "./entry.ts";
import { type Exclusion, nothingExcluded } from "./exclusion.ts";
import { readerOf, type Source, sourceOf, unreadable } from "./source.ts";

/** One part of a source that a program put together: a text, a file of this machine, or all that a directory or an archive there holds. */
export type Asset =
  | { readonly kind: "text"; readonly path: ReleasePath; readonly text: string }
  | { readonly kind: "file" | "tree"; readonly path: ReleasePath; readonly place: string };

/** One part that can be read, and read again. */
interface Part {
  /** Whether its files come one after the other, as an archive's do. */
  readonly isStream: boolean;
  read(): AsyncGenerator<RawEntry>;
}

/** Opens parts as one source. Two parts of one name are refused, as everything that comes twice is. */
export async function openAssets(assets: readonly Asset[], exclude: Exclusion): Promise<Source> {
  // What lies in one directory comes together: tar sets a directory's mtime when the stream leaves it.
  const sorted = assets.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const parts = await Promise.all(sorted.map((asset) => open(asset, exclude)));
  const form = parts.some(({ isStream }) => isStream) ? "archive" : "directory";
  return sourceOf({ path: nameOfAssets(assets), exclude, form }, async function* () {
    for (const part of parts) yield* part.read();
  });
}

/** Also what knows their digests again, so it says where they lie. */
export function nameOfAssets(assets: readonly Asset[]): string {
  const [first, ...others] = assets.flatMap((asset) => (asset.kind === "text" ? [] : [asset.place]));
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return `the AssetArchive${first === undefined ? "" : ` of ${first}${more}`}`;
}

async function open(asset: Asset, exclude: Exclusion): Promise<Part> {
  if (asset.kind === "tree") return openTree(asset.path, asset.place, exclude);
  const file =
    asset.kind === "text" ? async () => textFile(asset.path, asset.text) : () => fileAt(asset.path, asset.place);
  return {
    isStream: false,
    read: async function* () {
      yield await file();
    },
  };
}

async function openTree(prefix: ReleasePath, place: string, exclude: Exclusion): Promise<Part> {
  const stats = await stat(place).catch((error: unknown) => {
    throw unreadable(place, error);
  });
  // Its own paths are a release's where it is all of it; else what is excluded is left out when it has its path.
  const read = readerOf(place, stats, isTop(prefix) ? exclude : nothingExcluded);
  return {
    isStream: !stats.isDirectory(),
    read: async function* () {
      try {
        for await (const raw of read()) yield below(prefix, raw);
      } catch (error) {
        throw unreadable(place, error);
      }
    },
  };
}

function textFile(path: ReleasePath, text: string): RawEntry {
  const bytes = Buffer.from(text, "utf8");
  return {
    kind: "file",
    path,
    size: bytes.length,
    executable: false,
    open: async function* () {
      yield bytes;
    },
    read: (into) => bytes.copy(into),
  };
}

/** A link to a file is the file, as Pulumi has it. */
async function fileAt(path: ReleasePath, place: string): Promise<RawEntry> {
  const real = await realpath(place);
  return named(fileOf("", textPath(real.slice(1)), await lstat(real, { bigint: true })), path);
}

function isTop(prefix: ReleasePath): boolean {
  return prefix.split("/").every((part) => part === "" || part === ".");
}

function below(prefix: ReleasePath, raw: RawEntry): RawEntry {
  const path = pathBelow(prefix, raw.path);
  return raw.kind === "name" ? { ...raw, path, of: pathBelow(prefix, raw.of) } : named(raw, path);
}

/** The same under another path. */
function named(raw: RawEntry, path: ReleasePath): RawEntry {
  if (raw.kind !== "file") return { ...raw, path };
  const { size, executable, stat } = raw;
  return {
    kind: "file",
    path,
    size,
    executable,
    ...(stat !== undefined && { stat }),
    open: () => raw.open(),
    ...(isSmall(raw) && { read: (into) => raw.read(into) }),
  };
}

/** The path of a part inside another; an absolute one stays as it is, and is refused for it. */
export function pathBelow(prefix: ReleasePath, path: ReleasePath): ReleasePath {
  return prefix === "" || path.startsWith("/") ? path : `${prefix}/${path}`;
}
