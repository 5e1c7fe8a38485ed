import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { SiteReleaseError } from "../errors.ts";
import type { SharedCopies } from "./copies.ts";
import { type Entry, type RawFile, showPath } from "./entry.ts";
import type { Manifest } from "./manifest.ts";
import { contentMtime, FIXED_MTIME } from "./mtime.ts";
import type { SharedPlaces } from "./shared.ts";
import type { Source } from "./source.ts";
import { tarEnd, tarHeader, tarPadding } from "./tar.ts";

/** The modes of a release on the host, as numbers. */
interface Modes {
  readonly dir: number;
  readonly file: number;
}

/** One upload: what is sent must be what the manifest says, file by file. */
export interface Upload {
  readonly source: Source;
  readonly shared: SharedPlaces;
  readonly manifest: Manifest;
  readonly modes: Modes;
  /** What the host has asked for besides; absent: nothing. */
  readonly copies?: SharedCopies;
  /** Told while it is sent how many bytes of files have been read. */
  onRead(bytes: number): void;
}

// One write for many small files: each write to gzip costs a hop to another thread.
const CHUNK = 256 * 1024;

/**
 * Writes a line of the copies that come along, if the host asked, the manifest's length as a line, the manifest, and one gzip tar stream, as fast as the host takes them. Resolves to the
 * bytes written; stops early when the host has closed its end.
 */
export async function sendRelease(upload: Upload, stdin: Writable): Promise<number> {
  const { text } = upload.manifest;
  const offered = upload.copies === undefined ? "" : `${upload.copies.offered.join(" ")}\n`;
  let sent = 0;
  const write = async (chunk: Uint8Array): Promise<boolean> => {
    if (stdin.destroyed || stdin.closed) return false;
    sent += chunk.length;
    if (!stdin.write(chunk)) await Promise.race([once(stdin, "drain"), closed(stdin)]);
    return true;
  };
  await write(Buffer.concat([Buffer.from(`${offered}${text.length}\n`), text]));
  const gzip = createGzip({ level: 1 });
  const fed = pipeline(Readable.from(joined(tarStream(upload))), gzip);
  fed.catch(() => {}); // the loop below meets the same error
  for await (const chunk of gzip) if (!(await write(chunk))) return sent;
  await fed;
  return sent;
}

/** Resolves when nobody reads what is written any more. */
export function closed(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.closed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once("close", resolve);
    stream.once("error", () => resolve());
  });
}

/** The release as members of a tar stream; throws, naming the file, when the source is no longer what the manifest says. */
async function* tarStream(upload: Upload): AsyncGenerator<Uint8Array> {
  yield* releaseStream(upload);
  if (upload.copies !== undefined) yield* copyStream(upload, upload.copies);
  yield tarEnd;
}

/** Shared content lies in no manifest. It is new on its host: its times say so. */
async function* copyStream({ source, modes }: Upload, copies: SharedCopies): AsyncGenerator<Uint8Array> {
  const mtime = Math.floor(Date.now() / 1000);
  for await (const entry of copies.entries()) {
    const { path, kind } = entry;
    const mode = kind === "f" ? modes.file : modes.dir;
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

async function* releaseStream({ source, shared, manifest, modes, onRead }: Upload): AsyncGenerator<Uint8Array> {
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
    } else {
      const [kind, sha256 = ""] = content.split(" ");
      const mode = kind === "x" ? modes.dir : modes.file;
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
  for await (const chunk of file.open()) {
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
