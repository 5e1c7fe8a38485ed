import type { Entry, ReleasePath } from "./entry.ts";
import type { SharedPlaces } from "./shared.ts";
import type { Source } from "./source.ts";

/** A source's own copies of shared paths that the host lacks: they become the first content of `shared/`. */
export interface SharedCopies {
  /** The numbers, as the host counts shared paths, of those that the source has. */
  readonly offered: readonly number[];
  entries(): AsyncIterable<Entry>;
}

/** Looks in the source for the shared paths with these numbers; a directory's copy is a directory, a file's a file. */
export async function findCopies(
  source: Source,
  shared: SharedPlaces,
  wanted: readonly number[],
): Promise<SharedCopies> {
  const places = new Map<ReleasePath, number>();
  for (const [index, path] of [...shared.dirs, ...shared.files].entries())
    if (wanted.includes(index + 1)) places.set(path, index + 1);
  const found = new Map<ReleasePath, number>();
  for await (const { path, kind } of source.copies(new Set(places.keys()))) {
    const number = places.get(path);
    const isDir = number !== undefined && number <= shared.dirs.length;
    if (number !== undefined && kind !== "l" && isDir === (kind === "d")) found.set(path, number);
  }
  return { offered: [...found.values()], entries: () => source.copies(new Set(found.keys())) };
}
