import { pathBytes, type ReleasePath } from "./entry.ts";

/**
 * One header of a tar stream in GNU's format. Written here because names are bytes: pax headers, which tar-stream writes for
 * every name that is long or not ASCII, can only say UTF-8, and BusyBox's tar skips them (get_header_tar.c: "skip_ext_hdr").
 */
export interface TarMember {
  readonly type: "file" | "hardLink" | "link" | "dir";
  readonly path: ReleasePath;
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly size?: number;
  readonly target?: ReleasePath;
}

const BLOCK = 512;
const NAME_ROOM = 100;
const flags = { file: "0", hardLink: "1", link: "2", dir: "5" } as const;

/** Two empty blocks end a tar stream. */
export const tarEnd: Buffer = Buffer.alloc(2 * BLOCK);

const zeros = Buffer.alloc(BLOCK);

/** What fills the last block of a content of `size` bytes. */
export function tarPadding(size: number): Buffer {
  return zeros.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK);
}

/** The header of one member, with what long names need before it. */
export function tarHeader(member: TarMember): Buffer {
  const name = pathBytes(member.type === "dir" ? `./${member.path}/` : `./${member.path}`);
  const target = pathBytes(member.type === "hardLink" ? `./${member.target}` : (member.target ?? ""));
  const blocks: Buffer[] = [];
  if (target.length > NAME_ROOM) blocks.push(longName("K", target));
  if (name.length > NAME_ROOM) blocks.push(longName("L", name));
  blocks.push(header(name, flags[member.type], member.mode, member.size ?? 0, member.mtime, target));
  return Buffer.concat(blocks);
}

function longName(flag: string, name: Buffer): Buffer {
  const size = name.length + 1;
  const head = header(Buffer.from("././@LongLink"), flag, 0, size, 0, Buffer.alloc(0));
  return Buffer.concat([head, name, Buffer.alloc(1), tarPadding(size)]);
}

function header(name: Buffer, flag: string, mode: number, size: number, mtime: number, target: Buffer): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0, 0, NAME_ROOM);
  octal(block, 100, 8, mode);
  octal(block, 108, 8, 0); // uid and gid: the receiving user's, whatever is written here
  octal(block, 116, 8, 0);
  number(block, 124, size);
  octal(block, 136, 12, mtime);
  block.write(flag, 156, "latin1");
  target.copy(block, 157, 0, NAME_ROOM);
  block.write("ustar  ", 257, "latin1");
  block.fill(" ", 148, 156);
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += block[at] ?? 0;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function octal(block: Buffer, at: number, length: number, value: number): void {
  block.write(value.toString(8).padStart(length - 1, "0"), at, "latin1");
}

/** A size of 8 GB or more does not fit in octal: GNU's base 256. */
function number(block: Buffer, at: number, value: number): void {
  if (value < 8 ** 11) octal(block, at, 12, value);
  else {
    block[at] = 0x80;
    block.writeBigUInt64BE(BigInt(value), at + 4);
  }
}
