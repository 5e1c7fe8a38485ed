import { createHash, hash } from "node:crypto";
import { stat } from "node:fs/promises";
import { SiteReleaseError } from "../errors.ts";
import { type FileStat, isSmall, LARGE, type RawFile } from "./entry.ts";
import { Exclusion } from "./exclusion.ts";
import { type Manifest, ManifestBuilder } from "./manifest.ts";
import { rememberManifest } from "./manifestCache.ts";
import { nameOf, type Origin, openOrigin } from "./origin.ts";
import { Parallel } from "./parallel.ts";
import { nothingShared, type SharedPaths, SharedPlaces } from "./shared.ts";
import { type Source, unreadable } from "./source.ts";
import { StatCache } from "./statCache.ts";

/** The identity of a source's content, the same for a directory and every archive of it. */
export interface SourceDigest {
  /** SHA-256, hexadecimal, over path, kind, executable bit, content and link target of everything in the release. */
  readonly digest: string;
  /** Files and links. */
  readonly files: number;
  /** The sum of the files' sizes. */
  readonly bytes: number;
}

const PARALLEL = 8;
const scratch = Buffer.allocUnsafeSlow(LARGE);

/** The digest of what an origin holds, without what is shared or excluded. Uses no network, and reads only what changed. */
export async function digestSource(
  origin: Origin,
  shared: SharedPaths = nothingShared,
  exclude: readonly string[] = [],
): Promise<SourceDigest> {
  const source = await openOrigin(origin, new Exclusion(exclude));
  if (source === undefined)
    throw new SiteReleaseError("source-missing", { action: `read ${nameOf(origin)}`, observed: "nothing is there" });
  return digestOf(source, new SharedPlaces(shared));
}

export async function digestOf(source: Source, shared: SharedPlaces): Promise<SourceDigest> {
  if (source.form === "directory" || source.stats === undefined) return manifestOf(source, shared);
  const cache = await StatCache.open(source.path);
  const file = await archiveStat(source, shared);
  const known = parseDigest(cache.get(file));
  if (known !== undefined) return known;
  const { digest, files, bytes } = await manifestOf(source, shared);
  cache.set(file, `${digest} ${files} ${bytes}`);
  await cache.save();
  return { digest, files, bytes };
}

/** The whole manifest of a source. */
export async function manifestOf(source: Source, shared: SharedPlaces): Promise<Manifest> {
  const cache = source.form === "directory" ? await StatCache.open(source.path) : undefined;
  const builder = new ManifestBuilder(shared);
  // The members of an archive come through one stream: the next is there when this one was read.
  const reading = new Parallel(source.form === "archive" ? 1 : PARALLEL);
  for await (const entry of source.entries(shared)) {
    const digest = "file" in entry ? fileDigest(source.path, entry.file, cache) : "";
    if (typeof digest === "string") builder.add(entry, digest);
    else await reading.add(digest.then((sha256) => builder.add(entry, sha256)));
  }
  await reading.end();
  await cache?.save();
  const manifest = builder.build();
  await rememberManifest(manifest);
  return manifest;
}

/** At once where it is known or the file is small, else when it was read. */
function fileDigest(source: string, file: RawFile, cache: StatCache | undefined): string | Promise<string> {
  const known = file.stat && cache?.get(file.stat);
  if (known !== undefined) return known;
  const learned = (digest: string): string => {
    if (file.stat) cache?.set(file.stat, digest);
    return digest;
  };
  if (!isSmall(file)) return readDigest(source, file).then(learned);
  try {
    return learned(hash("sha256", scratch.subarray(0, file.read(scratch.subarray(0, file.size + 1))), "hex"));
  } catch (error) {
    throw unreadable(source, error);
  }
}

async function readDigest(source: string, file: RawFile): Promise<string> {
  const digest = createHash("sha256");
  try {
    for await (const chunk of file.open()) digest.update(chunk);
  } catch (error) {
    throw unreadable(source, error);
  }
  return digest.digest("hex");
}

async function archiveStat({ path, exclude }: Source, shared: SharedPlaces): Promise<FileStat> {
  const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = await stat(path, { bigint: true });
  return {
    key: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}:${shared.key}:${exclude.key}`,
    changed: Math.max(Number(mtimeMs), Number(ctimeMs)),
  };
}

function parseDigest(text: string | undefined): SourceDigest | undefined {
  const [, digest, files, bytes] = /^([0-9a-f]{64}) ([0-9]+) ([0-9]+)$/.exec(text ?? "") ?? [];
  return digest === undefined ? undefined : { digest, files: Number(files), bytes: Number(bytes) };
}
