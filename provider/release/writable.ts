import { type ReleasePath, textPath } from "./entry.ts";
import { cleanShared, type SharedPaths } from "./shared.ts";

/** What the site's PHP may write to, and how it is granted. */
export interface Writable {
  /** Directories relative to a release. */
  readonly writableDirs: readonly string[];
  /** "acl", or an octal mode as in "0775". */
  readonly writableMode: string;
  /** The user that is granted it by ACL; absent: the one that php-fpm's pools run as. */
  readonly writableUser?: string;
}

/** The writable directories by where they lie: a shared one is reached by a link, which leads nowhere until the release is in place. */
export interface WritablePlaces {
  readonly inRelease: readonly string[];
  readonly inShared: readonly string[];
}

/** A shared directory below a writable one is writable too. */
export function writablePlaces(writableDirs: readonly string[], shared: SharedPaths): WritablePlaces {
  const dirs = [...new Set(writableDirs.map(cleanShared))];
  const sharedDirs = shared.sharedDirs.map(cleanShared);
  const isShared = (dir: string): boolean => sharedDirs.some((outer) => isIn(dir, outer));
  const below = sharedDirs.filter((inner) => dirs.some((dir) => isIn(inner, dir)));
  return {
    inRelease: dirs.filter((dir) => !isShared(dir)),
    inShared: [...new Set([...dirs.filter(isShared), ...below])],
  };
}

/** Whether a path of a release lies where PHP may write: what is there is never another release's too. */
export function writableTest(writableDirs: readonly string[]): (path: ReleasePath) => boolean {
  const dirs = writableDirs.map((dir) => textPath(cleanShared(dir)));
  return (path) => dirs.some((dir) => isIn(path, dir));
}

/** The mode of a plain file in a directory of that mode: nobody may run it. */
export function plainMode(mode: string): string {
  return `0${(Number.parseInt(mode, 8) & 0o666).toString(8)}`;
}

function isIn(path: string, dir: string): boolean {
  return path === dir || path.startsWith(`${dir}/`);
}
