import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Asset, pathBelow } from "../release/assets.ts";
import { textPath } from "../release/entry.ts";
import type { Origin } from "../release/origin.ts";
import { Faults, type Field, gather } from "./fields.ts";
import { isUnknown } from "./unknown.ts";

/**
 * An Archive of pulumi.asset as the engine hands it to `check`, `create` and, of the new inputs, to `update`. `diff`, `read` and `delete` get
 * its hash without its content (measured with 3.259), and what they return loses it: no output holds an archive.
 */
export type WireArchive = Readonly<Record<string, unknown>>;

// What marks assets and archives on the wire (pulumi/pulumi sdk/go/common/resource: sig.Key, AssetSig, ArchiveSig).
const MARK = "4dabf18193072939515e22adb298388d";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
/** An empty text is left out, and only its hash tells it from an asset without its content (sdk/go/common/resource/asset: IsText). */
const HASH_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** An archive stays as it came: the state keeps it in the engine's own form. */
export const archive: Field<WireArchive> = {
  parse(value, at) {
    if (!isUnknown(value)) archiveOrigin(value, at);
    return value as WireArchive;
  },
};

/** What an archive is made of; throws what of it cannot be part of a release. Relative paths are the program's, as they are for the engine. */
export function archiveOrigin(value: unknown, at = "archive"): Origin {
  const content = marked(value, ARCHIVE);
  const place = content && placeOf(content, at);
  if (place !== undefined) return place;
  if (!isObject(content?.assets))
    throw fault(at, `${at} must be an Archive of pulumi.asset, as in new FileArchive("./build")`);
  const members = Object.entries(content.assets);
  return gather(
    members.map(
      ([name, each]) =>
        () =>
          assetsOf(name, each, `${at}[${JSON.stringify(name)}]`),
    ),
  ).flat();
}

function assetsOf(name: string, value: unknown, at: string): Asset[] {
  const path = textPath(name);
  const content = marked(value, ASSET);
  if (content === undefined) {
    const origin = archiveOrigin(value, at);
    if (typeof origin === "string") return [{ kind: "tree", path, place: origin }];
    return origin.map((asset) => ({ ...asset, path: pathBelow(path, asset.path) }));
  }
  const place = placeOf(content, at);
  if (place !== undefined) return [{ kind: "file", path, place }];
  const text = content.hash === HASH_OF_NOTHING ? "" : content.text;
  if (typeof text !== "string") throw fault(at, `${at} must be an Asset or an Archive of pulumi.asset`);
  return [{ kind: "text", path, text }];
}

function placeOf({ path, uri }: WireArchive, at: string): string | undefined {
  if (typeof path === "string") return resolve(path);
  if (typeof uri !== "string") return undefined;
  if (URL.parse(uri)?.protocol === "file:") return fileURLToPath(uri);
  // Its text may hold a token: it is not told.
  throw fault(
    at,
    `${at} would have to be downloaded, which this package does not do: let the build fetch it, and give the file as source or in a FileArchive`,
  );
}

function marked(value: unknown, mark: string): WireArchive | undefined {
  return isObject(value) && value[MARK] === mark ? value : undefined;
}

function isObject(value: unknown): value is WireArchive {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fault(at: string, reason: string): Faults {
  return new Faults([{ at, reason }]);
}
