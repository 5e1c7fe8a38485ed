import { gunzipSync } from "node:zlib";
import type { Answer } from "../transport/conversation.ts";
import type { ReleasePath } from "./entry.ts";
import { type Contents, contentsOf } from "./manifest.ts";

/** The lists that the host tells while a release is sent (host/stage/base.sh, tell_list). */

/** Paths that it lacks, as "./path\0". */
export function missingPaths({ texts }: Answer): ReadonlySet<ReleasePath> {
  return new Set(records(unpacked(texts, "missing") ?? Buffer.alloc(0)).map((path) => path.slice(2)));
}

/** Files that a cut upload has left, as release/delta.ts writes them; empty where there was none. */
export function restRecords({ texts }: Answer): ReadonlySet<string> {
  return new Set(records(unpacked(texts, "rest") ?? Buffer.alloc(0)));
}

/** The contents of a manifest, if it is the one with this digest. */
export function toldContents(
  { texts }: Pick<Answer, "texts">,
  name: "base" | "arrived",
  digest: string,
): Contents | undefined {
  const body = unpacked(texts, name);
  return body && contentsOf(body, digest);
}

// Ten times what most_manifest_bytes (host/stage/base.sh) comes to: a host must not fill the memory with a few bytes.
const MOST = 100_000_000;

/** A damaged list counts as none. */
function unpacked(texts: Answer["texts"], name: string): Buffer | undefined {
  if (!texts.has(name)) return undefined;
  try {
    return gunzipSync(bytesOf(texts, name), { maxOutputLength: MOST });
  } catch {
    return undefined;
  }
}

function bytesOf(texts: Answer["texts"], name: string): Buffer {
  return Buffer.from((texts.get(name) ?? []).join(""), "base64");
}

function records(list: Buffer): string[] {
  return list.toString("latin1").split("\0").slice(0, -1);
}
