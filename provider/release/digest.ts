import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { SiteReleaseError } from "../errors.ts";
import type { Entry, FileStat, RawFile } from "./entry.ts";
import { Exclusion } from "./exclusion.ts";
import { type Manifest, ManifestBuilder } from "./manifest.ts";
import { rememberManifest } from "./manifestCache.ts";
import { nothingShared, type SharedPaths, SharedPlaces } from "./shared.ts";
import { openSource, type Source } from "./source.ts";
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

/** The digest of what lies at a path, without what is shared or excluded. Uses no network, and reads only what changed. */
export async function digestSource(
  path: string,
  shared: SharedPaths = nothingShared,
  exclude: readonly string[] = [],
): Promise<SourceDigest> {
  const source = await openSource(path, new Exclusion(exclude));
  if (source === undefined)
    throw new SiteReleaseError("source-missing", { action: `read ${path}`, observed: "nothing is there" });
  return digestOf(source, new SharedPlaces(shared));
}

export async function digestOf(source: Source, shared: SharedPlaces): Promise<SourceDigest> {
  if (source.form === "directory") return manifestOf(source, shared);
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
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const entry of source.entries(shared)) {
    const adding = addTo(builder, entry, source.path, cache);
    // The members of an archive come through one stream: the next is there when this one was read.
    if (source.form === "archive") await adding;
    else {
      const task = adding.catch((error: unknown) => void failures.push(error)).finally(() => running.delete(task));
      running.add(task);
      if (running.size >= PARALLEL) await Promise.race(running);
    }
    if (failures.length > 0) break;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  await cache?.save();
  const manifest = builder.build();
  await rememberManifest(manifest);
  return manifest;
}

async function addTo(
  builder: ManifestBuilder,
  entry: Entry,
  source: string,
  cache: StatCache | undefined,
): Promise<void> {
  builder.add(entry, "file" in entry ? await fileDigest(source, entry.file, cache) : "");
}

async function fileDigest(source: string, file: RawFile, cache: StatCache | undefined): Promise<string> {
  const known = file.stat && cache?.get(file.stat);
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  try {
    for await (const chunk of file.open()) hash.update(chunk);
  } catch (error) {
    const observed = error instanceof Error ? error.message : String(error);
    throw new SiteReleaseError("source-unreadable", { action: `read ${source}`, observed }, { cause: error });
  }
  const digest = hash.digest("hex");
  if (file.stat) cache?.set(file.stat, digest);
  return digest;
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
