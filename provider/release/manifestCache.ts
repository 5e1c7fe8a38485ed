import { randomBytes } from "node:crypto";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, forgetOld } from "./cacheDir.ts";
import { type Contents, contentsOf, type Manifest } from "./manifest.ts";

/**
 * Manifests by their digest, under the user's cache directory: what a host has is then known here from its digest. It only saves
 * a host from telling; a damaged one counts as absent, and one that cannot be written is left alone.
 */
export async function rememberManifest(manifest: Pick<Manifest, "digest" | "body">): Promise<void> {
  const path = placeOf(manifest.digest);
  const partial = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    if (await exists(path)) return;
    await mkdir(cacheDir("manifests"), { recursive: true, mode: 0o700 });
    await writeFile(partial, manifest.body, { mode: 0o600 });
    await rename(partial, path);
    await forgetOld(cacheDir("manifests"));
  } catch {
    await rm(partial, { force: true }).catch(() => {}); // a home that cannot be written costs time, not correctness
  }
}

/** What the release with this digest consists of, if that is known here. */
export async function recallManifest(digest: string): Promise<Contents | undefined> {
  const body = await readFile(placeOf(digest)).catch(() => undefined);
  return body && contentsOf(body, digest);
}

function placeOf(digest: string): string {
  return join(cacheDir("manifests"), digest);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
