import { SiteReleaseError } from "../errors.ts";
import { above, type ReleasePath, textPath } from "./entry.ts";

/** Paths inside the release that become links into `shared/`, relative to the release. */
export interface SharedPaths {
  readonly sharedDirs: readonly string[];
  readonly sharedFiles: readonly string[];
}

export const nothingShared: SharedPaths = { sharedDirs: [], sharedFiles: [] };

/** Which paths of a source are not part of the release, because a link into `shared/` takes their place. */
export class SharedPlaces {
  /** The places of directories and of files; the host counts them through, from 1. */
  readonly dirs: readonly ReleasePath[];
  readonly files: readonly ReleasePath[];
  readonly #places: ReadonlySet<ReleasePath>;
  readonly #parents: ReadonlySet<ReleasePath>;

  constructor(shared: SharedPaths) {
    this.dirs = shared.sharedDirs.map((name) => textPath(cleanShared(name)));
    this.files = shared.sharedFiles.map((name) => textPath(cleanShared(name)));
    const places = [...this.dirs, ...this.files];
    this.#places = new Set(places);
    this.#parents = new Set(places.flatMap((place) => [...above(place)]));
    const nested = places.find((place) => this.#parents.has(place));
    if (nested !== undefined || this.#places.size < places.length)
      refuse([...shared.sharedDirs, ...shared.sharedFiles].join(", "), "one of them lies in another, or comes twice");
  }

  /** The same text for the same places. */
  get key(): string {
    return JSON.stringify([...this.#places].sort());
  }

  /** At a shared path, or below one. */
  covers(path: ReleasePath): boolean {
    if (this.#places.size === 0) return false;
    return this.#places.has(path) || [...above(path)].some((parent) => this.#places.has(parent));
  }

  /** A directory that holds a shared path, so that it is there, and never empty, on every host. */
  isAbove(path: ReleasePath): boolean {
    return this.#parents.has(path);
  }
}

/** The path as the host's script gets it: "storage/app" for "./storage/app/". */
export function cleanShared(name: string): string {
  const clean = name.replace(/^(\.\/+)+/, "").replace(/\/+$/, "");
  if (clean === "" || clean === ".") refuse(name, "it is the release itself");
  if (clean.startsWith("/")) refuse(name, "it is absolute");
  if (/\p{Cc}/u.test(clean)) refuse(name, "it holds a control character");
  if (clean.split("/").some((part) => part === "" || part === "." || part === ".."))
    refuse(name, 'it has "", "." or ".." between its slashes');
  return clean;
}

function refuse(name: string, why: string): never {
  throw new SiteReleaseError("shared-path", {
    action: "use the shared paths",
    observed: `"${name}": ${why}`,
    expected: 'paths inside the release, as in "storage" or "config/local.php"',
  });
}
