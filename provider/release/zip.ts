import { getFileNameLowLevel, type Entry as Member, openPromise, type ZipFile } from "yauzl";
import { type RawEntry, type ReleasePath, textPath } from "./entry.ts";

const TYPE = 0o170000;
const types = { link: 0o120000, dir: 0o040000, file: 0o100000 };
const UTF8_NAME = 0x800;
const UNICODE_PATH = 0x7075;

/** Everything in a zip archive. Modes and links are those that Unix tools keep in the external attributes. */
export async function* readZip(place: string): AsyncGenerator<RawEntry> {
  const zip = await openPromise(place, { decodeStrings: false, autoClose: false });
  try {
    for await (const member of zip.eachEntry()) yield await toEntry(zip, member);
  } finally {
    zip.close();
  }
}

async function toEntry(zip: ZipFile, member: Member): Promise<RawEntry> {
  const mode = madeOnUnix(member) ? member.externalFileAttributes >>> 16 : 0;
  const path = nameOf(member);
  if (member.isEncrypted()) return { kind: "other", path, what: "encrypted" };
  if ((mode & TYPE) === types.link) return { kind: "link", path, target: await readAll(content(zip, member)) };
  if ((mode & TYPE) === types.dir || path.endsWith("/")) return { kind: "dir", path };
  if ((mode & TYPE) !== types.file && (mode & TYPE) !== 0)
    return { kind: "other", path, what: "a device, a socket or a FIFO" };
  return {
    kind: "file",
    path,
    size: member.uncompressedSize,
    executable: (mode & 0o100) !== 0,
    open: () => content(zip, member),
  };
}

async function* content(zip: ZipFile, member: Member): AsyncGenerator<Uint8Array> {
  yield* await zip.openReadStreamPromise(member);
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<ReleasePath> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString("latin1");
}

/** The upper byte of "version made by": 3 is Unix, 19 is macOS (APPNOTE.TXT 4.4.2). */
function madeOnUnix(member: Member): boolean {
  const system = member.versionMadeBy >>> 8;
  return system === 3 || system === 19;
}

/** Unix tools write a name's bytes as they are; others CP437, or UTF-8 where a flag or an extra field says so, and backslashes. */
function nameOf(member: Member): ReleasePath {
  const declared =
    (member.generalPurposeBitFlag & UTF8_NAME) !== 0 || member.extraFields.some(({ id }) => id === UNICODE_PATH);
  const unix = madeOnUnix(member);
  if (unix && !declared) return member.fileNameRaw.toString("latin1");
  return textPath(getFileNameLowLevel(member.generalPurposeBitFlag, member.fileNameRaw, member.extraFields, unix));
}
