/**
 * A path inside a release, one character a byte (latin1), without "./" before it or "/" behind it. Names on disk are bytes and
 * need not be UTF-8; in this form nothing is lost, and comparing strings is comparing bytes, as `LC_ALL=C sort` does.
 */
export type ReleasePath = string;

/** One thing that a source holds, as its reader met it: the path is not yet cleaned, nothing is judged. */
export type RawEntry =
  | RawFile
  | { readonly kind: "dir"; readonly path: ReleasePath }
  | { readonly kind: "link"; readonly path: ReleasePath; readonly target: ReleasePath }
  /** A second name of a file that came before, as tar stores hard links. */
  | { readonly kind: "name"; readonly path: ReleasePath; readonly of: ReleasePath }
  /** What a release cannot hold; `what` reads as in "a socket". */
  | { readonly kind: "other"; readonly path: ReleasePath; readonly what: string };

export interface RawFile {
  readonly kind: "file";
  readonly path: ReleasePath;
  readonly size: number;
  readonly executable: boolean;
  /** What the file system says of the file: the same text, the same content. Absent inside archives. */
  readonly stat?: FileStat;
  /** The content, once; from an archive only before the next entry is asked for. */
  open(): AsyncIterable<Uint8Array>;
  /**
   * The same at once, for what needs no waiting; of small files it is asked (`isSmall`): a thread's help would cost more than it gives. Fills a
   * buffer that has room for one byte more than `size`, and returns how many bytes there were.
   */
  read?(into: Uint8Array): number;
}

/** The size from which on a file is not read at once. */
export const LARGE = 256 * 1024;

/** Whether a file is to be read at once. */
export function isSmall(file: RawFile): file is RawFile & Required<Pick<RawFile, "read">> {
  return file.read !== undefined && file.size < LARGE;
}

/** The state of a file on this machine that changes whenever its content does. */
export interface FileStat {
  readonly key: string;
  /** When its content or its inode last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/** The kinds of a release's entries, as the manifest writes them: file, executable file, link, directory. */
export type Kind = "f" | "x" | "l" | "d";

/** One admitted entry: its path is clean, stays in the release, and comes once. */
export type Entry =
  | { readonly kind: "f" | "x"; readonly path: ReleasePath; readonly file: RawFile }
  | { readonly kind: "l"; readonly path: ReleasePath; readonly target: ReleasePath }
  | { readonly kind: "d"; readonly path: ReleasePath }
  | { readonly kind: "name"; readonly path: ReleasePath; readonly of: ReleasePath };

/** The bytes of a path, as the file system wants them. */
export function pathBytes(path: ReleasePath): Buffer {
  return Buffer.from(path, "latin1");
}

/** The path of a name that is text. */
export function textPath(name: string): ReleasePath {
  return Buffer.from(name, "utf8").toString("latin1");
}

/** The path for people: one line, whatever its bytes are. */
export function showPath(path: ReleasePath): string {
  return pathBytes(path)
    .toString("utf8")
    .replace(/\p{Cc}/gu, "?");
}

/** "a/b", "a" for "a/b/c": every directory above a path, nearest first. */
export function* above(path: ReleasePath): Generator<ReleasePath> {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) yield path.slice(0, end);
}

/** Every directory above any of these paths. */
export function allAbove(...groups: readonly Iterable<ReleasePath>[]): Set<ReleasePath> {
  const dirs = new Set<ReleasePath>();
  for (const paths of groups)
    for (const path of paths)
      for (const parent of above(path)) {
        if (dirs.has(parent)) break;
        dirs.add(parent);
      }
  return dirs;
}
