import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { SiteReleaseError } from "../errors.ts";
import { Admission, type LeftOut } from "./admission.ts";
import { readDirectory } from "./directory.ts";
import { above, type Entry, type RawEntry, type ReleasePath } from "./entry.ts";
import { type Exclusion, nothingExcluded } from "./exclusion.ts";
import type { SharedPlaces } from "./shared.ts";
import { readTarball } from "./tarball.ts";
import { readZip } from "./zip.ts";

/**
 * What a release is built from: a directory, or an archive. An archive is taken as it is: a directory in it that wraps
 * everything becomes a directory of the release.
 */
export interface Source {
  /** Where it lies, or what it is called where it has no one place. */
  readonly path: string;
  /** The files of a directory can be opened at any time; those of an archive come one after the other. */
  readonly form: "directory" | "archive";
  /** Absent where it has no one place. */
  readonly stats?: Stats;
  /** What of it stays at home. */
  readonly exclude: Exclusion;
  /** The entries, judged, each directory before what lies in it; may be read again. Refusals come as SiteReleaseErrors. */
  entries(shared: SharedPlaces): AsyncGenerator<Entry>;
  /** Its own copies of what lies at `places` or below, as `entries` gives the rest. */
  copies(places: ReadonlySet<ReleasePath>): AsyncGenerator<Entry>;
}

/** Opens what lies at a path; undefined when nothing does. */
export async function openSource(path: string, exclude = nothingExcluded): Promise<Source | undefined> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw unreadable(path, error);
  });
  if (stats === undefined) return undefined;
  const read = readerOf(path, stats, exclude);
  return sourceOf({ path, stats, exclude, form: stats.isDirectory() ? "directory" : "archive" }, read);
}

/** A source whose entries `read` gives, not yet judged. */
export function sourceOf(what: Omit<Source, "entries" | "copies">, read: () => AsyncGenerator<RawEntry>): Source {
  const { path, exclude } = what;
  return {
    ...what,
    entries: (shared) => admitted(read, new Admission(path, shared, exclude)),
    copies: (places) => copied(read, new Admission(path, allBut(places), exclude)),
  };
}

/** The same source, but a directory is walked once: what was met is told again. */
export function walkedOnce(source: Source): Source {
  if (source.form === "archive") return source;
  let met: Entry[] | undefined;
  return {
    ...source,
    entries: async function* (shared) {
      if (met !== undefined) return yield* met;
      const meeting: Entry[] = [];
      for await (const entry of source.entries(shared)) {
        meeting.push(entry);
        yield entry;
      }
      met = meeting;
    },
  };
}

/** What reads everything that lies at a path, by its form. */
export function readerOf(path: string, stats: Stats, exclude: Exclusion): () => AsyncGenerator<RawEntry> {
  if (stats.isDirectory()) return () => readDirectory(path, exclude);
  if (stats.isFile() && /\.(tar\.gz|tgz)$/i.test(path)) return () => readTarball(path, "gzip");
  if (stats.isFile() && /\.(tar\.zst|tzst)$/i.test(path)) return () => readTarball(path, "zstd");
  if (stats.isFile() && /\.tar$/i.test(path)) return () => readTarball(path, "none");
  if (stats.isFile() && /\.zip$/i.test(path)) return () => readZip(path);
  throw new SiteReleaseError("source-form", {
    action: `make a release of ${path}`,
    observed: stats.isFile() ? "its name ends in none of the known ways" : "it is neither a file nor a directory",
    expected: "a directory, .tar, .tar.gz, .tgz, .tar.zst, .tzst or .zip",
  });
}

async function* admitted(read: () => AsyncGenerator<RawEntry>, admission: Admission): AsyncGenerator<Entry> {
  try {
    for await (const raw of read()) yield* admission.admit(raw);
  } catch (error) {
    throw error instanceof SiteReleaseError ? error : unreadable(admission.source, error);
  }
  admission.finish();
}

// Where the links in them lead is as with everything in shared/: the site's own affair. What a release cannot hold is no content.
async function* copied(read: () => AsyncGenerator<RawEntry>, admission: Admission): AsyncGenerator<Entry> {
  try {
    for await (const raw of read()) if (raw.kind !== "other") yield* admission.admit(raw);
  } catch (error) {
    throw error instanceof SiteReleaseError ? error : unreadable(admission.source, error);
  }
}

function allBut(places: ReadonlySet<ReleasePath>): LeftOut {
  return {
    covers: (path) => !places.has(path) && ![...above(path)].some((parent) => places.has(parent)),
    isAbove: () => false,
  };
}

export function unreadable(path: string, error: unknown): SiteReleaseError {
  const observed = error instanceof Error ? error.message : String(error);
  return new SiteReleaseError("source-unreadable", { action: `read ${path}`, observed }, { cause: error });
}
