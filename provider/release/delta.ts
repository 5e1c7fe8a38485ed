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

/** The first path, by its bytes, at which two releases differ. */
export function firstDifference(one: Contents, other: Contents): ReleasePath | undefined {
  const paths = [...one.keys(), ...other.keys()].filter((path) => one.get(path) !== other.get(path));
  return paths.sort()[0];
}

/** The files of which a cut upload left all, by the host's records. */
export function restFiles({ contents, sizes }: Manifest, records: ReadonlySet<string>): Set<ReleasePath> {
  const there = new Set<ReleasePath>();
  if (records.size === 0) return there;
  for (const [path, content] of contents)
    if (isFile(content) && records.has(fileRecord(path, content, sizes.get(path) ?? 0))) there.add(path);
  return there;
}

/** What the host must find in its base to keep a file: a record for each, ended by NUL. */
export function keptRecords({ contents, sizes }: Manifest, kept: ReadonlySet<ReleasePath>): Buffer {
  const records: string[] = [];
  for (const path of kept) records.push(`${fileRecord(path, contents.get(path) ?? "", sizes.get(path) ?? 0)}\0`);
  return pathBytes(records.join(""));
}

/**
 * A file as the host sees it without reading: "f <size>.<mtime> ./path", "x" for an executable one. An application may have written into its
 * own release since, and a cut upload ends within a file: the mtime of every content is known (mtime.ts), and it is set last.
 */
function fileRecord(path: ReleasePath, content: string, size: number): string {
  const [kind, sha256 = ""] = content.split(" ");
  return `${kind} ${size}.${contentMtime(sha256)} ./${path}`;
}

function isFile(content: string): boolean {
  return content.startsWith("f ") || content.startsWith("x ");
}
