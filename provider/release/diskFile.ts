import { type BigIntStats, closeSync, constants, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { type FileStat, LARGE, pathBytes, type RawFile, type ReleasePath } from "./entry.ts";

// A file that became a link or a FIFO meanwhile is neither followed nor waited for.
const OPENING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A file below a directory of this machine. A release has very many of them: they hold no more than they must. */
export class DiskFile implements RawFile {
  readonly kind = "file";
  readonly path: ReleasePath;
  readonly size: number;
  readonly executable: boolean;
  readonly stat: FileStat;
  readonly #root: string;

  constructor(root: string, path: ReleasePath, stat: BigIntStats) {
    this.#root = root;
    this.path = path;
    this.size = Number(stat.size);
    this.executable = (stat.mode & 0o100n) !== 0n;
    this.stat = {
      key: `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`,
      changed: Math.max(Number(stat.mtimeMs), Number(stat.ctimeMs)),
    };
  }

  async *open(): AsyncGenerator<Uint8Array> {
    const file = await open(placeOf(this.#root, this.path), OPENING);
    try {
      for (;;) {
        // One byte more than there should be: a small file is read whole, and seen to end, by one call.
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(LARGE, this.size + 1)));
        if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
        if (bytesRead < buffer.length) return;
      }
    } finally {
      await file.close();
    }
  }

  read(into: Uint8Array): number {
    const file = openSync(placeOf(this.#root, this.path), OPENING);
    try {
      return readSync(file, into);
    } finally {
      closeSync(file);
    }
  }
}

/** A path below a directory, for the file system. Names are bytes; those that are ASCII are the same as text, which costs less. */
export function placeOf(root: string, path: ReleasePath): string | Buffer {
  if (isAscii(path)) return `${root}/${path}`;
  return Buffer.concat([Buffer.from(`${root}/`), pathBytes(path)]);
}

function isAscii(path: ReleasePath): boolean {
  for (let at = 0; at < path.length; at++) if (path.charCodeAt(at) > 127) return false;
  return true;
}
