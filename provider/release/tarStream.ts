import { createHash } from "node:crypto";
import { SiteReleaseError } from "../errors.ts";
import type { SharedCopies } from "./copies.ts";
import { type Entry, isSmall, LARGE, type RawFile, type ReleasePath, showPath } from "./entry.ts";
import type { Manifest } from "./manifest.ts";
import type { Modes } from "./modes.ts";
import { contentMtime, FIXED_MTIME } from "./mtime.ts";
import { Pieces } from "./pieces.ts";
import type { SharedPlaces } from "./shared.ts";
import type { Source } from "./source.ts";
import { tarEnd, tarHeader, tarPadding } from "./tar.ts";

/** What one stream of an upload holds: it must be what the manifest says, file by file. */
export interface TarContent {
  readonly source: Source;
  readonly shared: SharedPlaces;
  readonly manifest: Manifest;
  readonly modes: Modes;
  /** Of what no two releases share. */
  readonly ownModes: Modes;
  /** What the host has asked for besides, sent whole; absent: nothing. */
  readonly copies?: SharedCopies;
  /** Whether a file is sent; directories and links always are. */
  wants(path: ReleasePath): boolean;
  /** Whether a file is never another release's too. */
  isOwn(path: ReleasePath): boolean;
  /** Told while it is sent how many bytes of files have been read. */
  onRead(bytes: number): void;
}

/** The release as a tar stream, in pieces; throws, naming the file, when the source is no longer what the manifest says. */
export async function* tarStream(content: TarContent): AsyncGenerator<Buffer> {
  const pieces = new Pieces();
  yield* releaseMembers(content, pieces);
  if (content.copies !== undefined) yield* copyMembers(content, content.copies, pieces);
  if (!pieces.fits(tarEnd.length)) yield pieces.take();
  pieces.add(tarEnd);
  yield pieces.take();
}

async function* releaseMembers(content: TarContent, pieces: Pieces): AsyncGenerator<Buffer> {
  const { source, shared, manifest, modes, ownModes, wants, isOwn, onRead } = content;
  const left = new Set(manifest.contents.keys());
  pieces.add(tarHeader({ type: "dir", path: ".", mode: modes.dir, mtime: FIXED_MTIME }));
  for await (const entry of source.entries(shared)) {
    const { path } = entry;
    const wanted = manifest.contents.get(path);
    left.delete(path);
    if (!pieces.fits(LARGE)) yield pieces.take();
    if (entry.kind === "d") pieces.add(tarHeader({ type: "dir", path, mode: modes.dir, mtime: FIXED_MTIME }));
    else if (wanted === undefined) throw changed(source, entry);
    else if (entry.kind === "l") {
      if (wanted !== `l ${entry.target}`) throw changed(source, entry);
      pieces.add(tarHeader({ type: "link", path, mode: 0o777, mtime: FIXED_MTIME, target: entry.target }));
    } else if (wants(path)) {
      const [kind, sha256 = ""] = wanted.split(" ");
      const { executable, file } = isOwn(path) ? ownModes : modes;
      const mode = kind === "x" ? executable : file;
      const mtime = contentMtime(sha256);
      if (entry.kind === "name") pieces.add(tarHeader({ type: "hardLink", path, mode, mtime, target: entry.of }));
      else {
        pieces.add(tarHeader({ type: "file", path, mode, mtime, size: entry.file.size }));
        const read = yield* fileContent(source, entry, pieces, onRead);
        if (kind !== entry.kind || read !== sha256) throw changed(source, entry);
      }
    }
  }
  const [missing] = left;
  if (missing !== undefined) throw changed(source, { path: missing });
}

/** Shared content lies in no manifest. It is new on its host: its times say so. */
async function* copyMembers(
  { source, ownModes }: TarContent,
  copies: SharedCopies,
  pieces: Pieces,
): AsyncGenerator<Buffer> {
  const mtime = Math.floor(Date.now() / 1000);
  for await (const entry of copies.entries()) {
    const { path, kind } = entry;
    const mode = kind === "f" ? ownModes.file : ownModes.dir;
    if (!pieces.fits(LARGE)) yield pieces.take();
    if (kind === "d") pieces.add(tarHeader({ type: "dir", path, mode, mtime }));
    else if (kind === "l") pieces.add(tarHeader({ type: "link", path, mode: 0o777, mtime, target: entry.target }));
    else if (kind === "name") pieces.add(tarHeader({ type: "hardLink", path, mode, mtime, target: entry.of }));
    else {
      pieces.add(tarHeader({ type: "file", path, mode, mtime, size: entry.file.size }));
      const read = yield* fileContent(source, entry, pieces, () => {});
      if (read === "longer" || read === "shorter") throw changed(source, entry);
    }
  }
}

/** Adds a file's content, never more of it than its header says, and what fills its last block; returns its digest. */
async function* fileContent(
  source: Source,
  entry: Extract<Entry, { readonly file: RawFile }>,
  pieces: Pieces,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, string> {
  const { file } = entry;
  let read: string;
  try {
    if (isSmall(file)) {
      if (!pieces.fits(file.size + 1)) yield pieces.take();
      read = pieces.read(file);
      onRead(file.size);
    } else read = yield* largeContent(file, pieces, onRead);
  } catch (error) {
    throw error instanceof SiteReleaseError ? error : changed(source, entry);
  }
  if (!pieces.fits(LARGE)) yield pieces.take();
  pieces.add(tarPadding(file.size));
  return read;
}

async function* largeContent(
  file: RawFile,
  pieces: Pieces,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, string> {
  const digest = createHash("sha256");
  let room = file.size;
  for await (const chunk of file.open()) {
    digest.update(chunk);
    if (chunk.length > room) return "longer";
    room -= chunk.length;
    onRead(chunk.length);
    for (let at = 0; at < chunk.length; at += LARGE) {
      const part = chunk.subarray(at, at + LARGE);
      if (!pieces.fits(part.length)) yield pieces.take();
      pieces.add(part);
    }
  }
  return room === 0 ? digest.digest("hex") : "shorter";
}

function changed(source: Source, { path }: Pick<Entry, "path">): SiteReleaseError {
  return new SiteReleaseError("source-changed", {
    action: `send ${source.path}`,
    observed: `${showPath(path)} changed while the release was sent`,
    expected: "a source that stands still",
    next: "Run it again when the build has ended",
  });
}
