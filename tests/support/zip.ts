import { execFileSync } from "node:child_process";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { crc32 } from "node:zlib";

const ENCRYPTED = 1;
/** An encrypted member is this much longer than what it holds (APPNOTE.TXT 6.1). */
const ENCRYPTION_HEADER = 12;

/** One member of a zip archive. */
export interface ZipMember {
  /** Latin1, one character a byte. */
  readonly name: string;
  /** With the type bits, as stat has it; absent: as made on DOS. */
  readonly mode?: number;
  readonly content: Buffer;
  readonly flags?: number;
}

/** A zip archive of stored members, as Info-ZIP writes it (APPNOTE.TXT 4.3). */
export function zipOf(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, mode, content, flags = 0 } of members) {
    const nameBytes = Buffer.from(name, "latin1");
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length - (flags & ENCRYPTED ? ENCRYPTION_HEADER : 0), 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, nameBytes, content]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((mode ?? 0) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02"), Buffer.from([20, mode === undefined ? 0 : 3]), common, rest, nameBytes);
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, list, Buffer.from("PK\x05\x06"), end]);
}

/** The members of everything below a directory. */
export function zipMembers(root: string): ZipMember[] {
  const found = execFileSync("find", [root, "-mindepth", "1", "-printf", "%P\\0"], { encoding: "latin1" });
  return found
    .split("\0")
    .slice(0, -1)
    .map((path) => {
      const place = Buffer.from(`${root}/${path}`, "latin1");
      const stat = lstatSync(place);
      if (stat.isDirectory()) return { name: `${path}/`, mode: stat.mode, content: Buffer.alloc(0) };
      const content = stat.isSymbolicLink() ? readlinkSync(place, "buffer") : readFileSync(place);
      return { name: path, mode: stat.mode, content };
    });
}
