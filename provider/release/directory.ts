import { closeSync, constants, type Dirent, openSync, readSync } from "node:fs";
import { lstat, open, readdir, readlink } from "node:fs/promises";
import { pathBytes, type RawEntry, type ReleasePath } from "./entry.ts";
import type { Exclusion } from "./exclusion.ts";

const CHUNK = 256 * 1024;
// A file that became a link or a FIFO meanwhile is neither followed nor waited for.
const OPENING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const SLASH = Buffer.from("/");

/**
 * Everything below a directory, names in the order of their bytes. What lies in a directory follows it directly: tar sets a
 * directory's mtime when the stream leaves it. An excluded directory is not even opened.
 */
export async function* readDirectory(root: string, exclude: Exclusion): AsyncGenerator<RawEntry> {
  const waiting: RawEntry[] = [{ kind: "dir", path: "" }];
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    yield dir;
    const { path } = dir;
    const names = await readdir(placeOf(root, path), { encoding: "buffer", withFileTypes: true });
    const entries = await Promise.all(names.map((name) => readOne(root, path, name)));
    entries.sort((a, b) => (a.path < b.path ? -1 : 1));
    yield* entries.filter(({ kind }) => kind !== "dir");
    const dirs = entries.filter((entry) => entry.kind === "dir" && !exclude.covers(entry, entry.path));
    waiting.push(...dirs.reverse());
  }
}

async function readOne(root: string, dir: ReleasePath, found: Dirent<Buffer>): Promise<RawEntry> {
  const name = found.name.toString("latin1");
  const path = dir === "" ? name : `${dir}/${name}`;
  const place = placeOf(root, path);
  if (found.isDirectory()) return { kind: "dir", path };
  if (found.isSymbolicLink())
    return { kind: "link", path, target: (await readlink(place, "buffer")).toString("latin1") };
  const stat = await lstat(place, { bigint: true });
  if (!stat.isFile()) return { kind: "other", path, what: whatIs(stat) };
  return {
    kind: "file",
    path,
    size: Number(stat.size),
    executable: (stat.mode & 0o100n) !== 0n,
    stat: {
      key: `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`,
      changed: Math.max(Number(stat.mtimeMs), Number(stat.ctimeMs)),
    },
    open: () => content(place, Number(stat.size)),
    ...(stat.size < CHUNK && { read: () => contentNow(place, Number(stat.size)) }),
  };
}

function contentNow(place: Buffer, size: number): Uint8Array {
  const file = openSync(place, OPENING);
  try {
    const buffer = Buffer.allocUnsafe(size + 1);
    return buffer.subarray(0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}

async function* content(place: Buffer, size: number): AsyncGenerator<Uint8Array> {
  const file = await open(place, OPENING);
  try {
    for (;;) {
      // One byte more than there should be: a small file is read whole, and seen to end, by one call.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(CHUNK, size + 1)));
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      if (bytesRead < buffer.length) return;
    }
  } finally {
    await file.close();
  }
}

function whatIs(stat: {
  isSocket(): boolean;
  isFIFO(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): string {
  if (stat.isSocket()) return "a socket";
  if (stat.isFIFO()) return "a FIFO";
  if (stat.isDirectory() || stat.isSymbolicLink()) return "changing while it is read";
  return "a device";
}

function placeOf(root: string, path: ReleasePath): Buffer {
  return Buffer.concat([Buffer.from(root), SLASH, pathBytes(path)]);
}
