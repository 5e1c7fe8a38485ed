import { pathBytes, type ReleasePath } from "./entry.ts";
import type { Contents, Manifest } from "./manifest.ts";
import { contentMtime } from "./mtime.ts";

/** The files that a release has exactly as its base has them, at the same path, and may share with it: they need not be sent. */
export function keptFiles(
  { contents, tied }: Pick<Manifest, "contents" | "tied">,
  base: Contents,
  isOwn: (path: ReleasePath) => boolean,
): Set<ReleasePath> {
  const kept = new Set<ReleasePath>();
  for (const [path, content] of contents)
    if (isFile(content) && !tied.has(path) && !isOwn(path) && base.get(path) === content) kept.add(path);
  return kept;
}

/**
 * What the host must find in its base to keep a file: records "f <size>.<mtime> ./path\0", "x" for the executable ones. An application
 * may have written into its own release since: the mtime of every content is known (mtime.ts).
 */
export function keptRecords({ contents, sizes }: Manifest, kept: ReadonlySet<ReleasePath>): Buffer {
  const records: string[] = [];
  for (const path of kept) {
    const [kind, sha256 = ""] = (contents.get(path) ?? "").split(" ");
    records.push(`${kind} ${sizes.get(path)}.${contentMtime(sha256)} ./${path}\0`);
  }
  return pathBytes(records.join(""));
}

function isFile(content: string): boolean {
  return content.startsWith("f ") || content.startsWith("x ");
}
