import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SiteReleaseError } from "../errors.ts";
import type { SharedCopies } from "./copies.ts";
import { type Entry, type RawFile, type ReleasePath, showPath } from "./entry.ts";
import type { Manifest } from "./manifest.ts";
import type { Modes } from "./modes.ts";
import { contentMtime, FIXED_MTIME } from "./mtime.ts";
import type { Packing } from "./packing.ts";
import type { SharedPlaces } from "./shared.ts";
import type { Source } from "./source.ts";
import { tarEnd, tarHeader, tarPadding } from "./tar.ts";

/** One stream of an upload: what is sent must be what the manifest says, file by file. */
export interface Upload {
  readonly source: Source;
  readonly shared: SharedPlaces;
  readonly manifest: Manifest;
  readonly modes: Modes;
  /** Of what no two releases share. */
  readonly ownModes: Modes;
  readonly packing: Packing;
  /** What the host has asked for besides, sent whole; absent: nothing. */
  readonly copies?: SharedCopies;
  /** Whether a file is sent; directories and links always are. */
  wants(path: ReleasePath): boolean;
  /** Whether a file is never another release's too. */
  isOwn(path: ReleasePath): boolean;
  /** Told while it is sent how many bytes of files have been read. */
  onRead(bytes: number): void;
}

// One write for many small files: each write to the packer costs a hop to another thread.
const CHUNK = 256 * 1024;

/** Sends what is wanted as one packed tar stream, in chunks behind their lengths; ends early when `write` says that nobody reads. */
export async function sendStream(upload: Upload, write: (chunk: Uint8Array) => Promise<boolean>): Promise<void> {
  const packer = upload.packing.make();
  const fed = pipeline(Readable.from(joined(tarStream(upload))), packer);
  fed.catch(() => {}); // the loop below meets the same error
  for await (const chunk of joined(packer))
    if (chunk.length > 0 && !(await write(Buffer.concat([Buffer.from(`${chunk.length}\n`), chunk])))) return;
  await fed;
  await write(Buffer.from("0\n"));
}

/** The release as a tar stream; throws, naming the file, when the source is no longer what the manifest says. */
async function* tarStream(upload: Upload): AsyncGenerator<Uint8Array> {
  yield* releaseStream(upload);
  if (upload.copies !== undefined) yield* copyStream(upload, upload.copies);
  yield tarEnd;
}

/** Shared content lies in no manifest. It is new on its host: its times say so. */
async function* copyStream({ source, ownModes }: Upload, copies: SharedCopies): AsyncGenerator<Uint8Array> {
  const mtime = Math.floor(Date.now() / 1000);
  for await (const entry of copies.entries()) {
    const { path, kind } = entry;
    const mode = kind === "f" ? ownModes.file : ownModes.dir;
    if (kind === "d") yield tarHeader({ type: "dir", path, mode, mtime });
    else if (kind === "l") yield tarHeader({ type: "link", path, mode: 0o777, mtime, target: entry.target });
    else if (kind === "name") yield tarHeader({ type: "hardLink", path, mode, mtime, target: entry.of });
    else {
      yield tarHeader({ type: "file", path, mode, mtime, size: entry.file.size });
      const read = yield* contentOf(entry.file, () => {});
      if (read === "longer" || read === "shorter") throw changed(source, entry);
      yield tarPadding(entry.file.size);
    }
  }
}

async function* releaseStream(upload: Upload): AsyncGenerator<Uint8Array> {
  const { source, shared, manifest, modes, ownModes, wants, isOwn, onRead } = upload;
  const left = new Set(manifest.contents.keys());
  yield tarHeader({ type: "dir", path: ".", mode: modes.dir, mtime: FIXED_MTIME });
  for await (const entry of source.entries(shared)) {
    const content = manifest.contents.get(entry.path);
    left.delete(entry.path);
    const { path } = entry;
    if (entry.kind === "d") yield tarHeader({ type: "dir", path, mode: modes.dir, mtime: FIXED_MTIME });
    else if (content === undefined) throw changed(source, entry);
    else if (entry.kind === "l") {
      if (content !== `l ${entry.target}`) throw changed(source, entry);
      yield tarHeader({ type: "link", path, mode: 0o777, mtime: FIXED_MTIME, target: entry.target });
    } else if (wants(path)) {
      const [kind, sha256 = ""] = content.split(" ");
      const { executable, file } = isOwn(path) ? ownModes : modes;
      const mode = kind === "x" ? executable : file;
      const mtime = contentMtime(sha256);
      if (entry.kind === "name") yield tarHeader({ type: "hardLink", path, mode, mtime, target: entry.of });
      else {
        yield tarHeader({ type: "file", path, mode, mtime, size: entry.file.size });
        const read = yield* contentOf(entry.file, onRead);
        if (kind !== entry.kind || read !== sha256) throw changed(source, entry);
        yield tarPadding(entry.file.size);
      }
    }
  }
  const [missing] = left;
  if (missing !== undefined) throw changed(source, { path: missing });
}

/** Passes a file's content on, never more of it than its header says, and returns its digest. */
async function* contentOf(file: RawFile, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array, string> {
  const hash = createHash("sha256");
  let room = file.size;
  for await (const chunk of file.read ? [file.read()] : file.open()) {
    hash.update(chunk);
    if (chunk.length > room) return "longer";
    room -= chunk.length;
    onRead(chunk.length);
    yield chunk;
  }
  return room === 0 ? hash.digest("hex") : "shorter";
}

function changed(source: Source, { path }: Pick<Entry, "path">): SiteReleaseError {
  return new SiteReleaseError("source-changed", {
    action: `send ${source.path}`,
    observed: `${showPath(path)} changed while the release was sent`,
    expected: "a source that stands still",
    next: "Run it again when the build has ended",
  });
}

async function* joined(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const part of parts) {
    waiting.push(part);
    size += part.length;
    if (size < CHUNK) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    size = 0;
  }
  yield Buffer.concat(waiting);
}
