import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { extract, type Header } from "tar-stream";
import { type RawEntry, type ReleasePath, textPath } from "./entry.ts";

const END_BLOCK = 512;

/** Names as bytes. tar-stream's types leave out the encoding, so the size of its buffer stands beside it. */
const names = { filenameEncoding: "latin1", highWaterMark: 256 * 1024 };

/** What a tar archive is packed with. */
export type Packing = "none" | "gzip" | "zstd";

/** Everything in a tar archive, in its order. */
export async function* readTarball(place: string, packing: Packing): AsyncGenerator<RawEntry> {
  const archive = extract(names);
  const tail = new Tail();
  const fed =
    packing === "none"
      ? pipeline(createReadStream(place), tail.watch, archive)
      : pipeline(createReadStream(place), unpackers[packing](), tail.watch, archive);
  fed.catch(() => archive.destroy()); // awaited below; the loop must end meanwhile
  try {
    for await (const member of archive) {
      yield toEntry(member.header, content(member));
      member.resume(); // what nobody read must pass before the next
    }
  } catch (error) {
    await fed; // says first what is wrong with the file below the archive
    throw error;
  }
  await fed;
  if (!tail.ended) throw new Error(`it ends without a tar's end mark: ${cutShort[packing]}`);
}

const unpackers = { gzip: () => createGunzip(), zstd: () => createZstdDecompress() };

// Node's zstd stops after the first frame; `tar --zstd` and `zstd` write one, pzstd several.
const cutShort: Readonly<Record<Packing, string>> = {
  none: "it was cut",
  gzip: "it was cut",
  zstd: "it was cut, or has several zstd frames (make it with tar --zstd)",
};

function toEntry(header: Header, bytes: AsyncIterable<Uint8Array>): RawEntry {
  const extended = paxOf(header);
  const path = nameOf(header.name, extended.get("path"));
  if (path === undefined)
    return { kind: "other", path: textPath(header.name), what: "named by a pax header that is not UTF-8" };
  if ([...extended.keys()].some((key) => key.startsWith("GNU.sparse")))
    return { kind: "other", path, what: "a sparse file (make the archive without --sparse)" };
  const linkname = nameOf(header.linkname ?? "", extended.get("linkpath")) ?? "";
  switch (header.type) {
    case "file":
    case "contiguous-file":
      return {
        kind: "file",
        path,
        size: header.size,
        executable: (header.mode & 0o100) !== 0,
        open: () => bytes,
      };
    case "directory":
      return { kind: "dir", path };
    case "symlink":
      return { kind: "link", path, target: linkname };
    case "link":
      return { kind: "name", path, of: linkname };
    case "fifo":
      return { kind: "other", path, what: "a FIFO" };
    case "character-device":
    case "block-device":
      return { kind: "other", path, what: "a device" };
    default:
      return { kind: "other", path, what: "of a kind that this package does not know" };
  }
}

/** Names in pax headers are UTF-8 and decoded already; those in the blocks are bytes. */
function nameOf(name: string, extended: string | undefined): ReleasePath | undefined {
  if (extended !== name || name === "") return name;
  return name.includes("\ufffd") ? undefined : textPath(name);
}

function paxOf({ pax }: Header): ReadonlyMap<string, string> {
  if (typeof pax !== "object" || pax === null) return new Map();
  return new Map(Object.entries(pax).map(([key, value]) => [key, String(value)]));
}

async function* content(member: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of member) if (chunk instanceof Uint8Array) yield chunk;
}

/** Watches whether a stream's last block is empty, as a whole tar's is. */
class Tail {
  #last: Buffer = Buffer.alloc(0);

  get ended(): boolean {
    return this.#last.length === END_BLOCK && this.#last.every((byte) => byte === 0);
  }

  readonly watch = async function* (this: Tail, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#last = Buffer.concat([this.#last, chunk.subarray(-END_BLOCK)]).subarray(-END_BLOCK);
      yield chunk;
    }
  }.bind(this);
}
