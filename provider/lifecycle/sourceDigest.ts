import { Faults } from "./fields.ts";
import { givenOrigin } from "./origin.ts";
import type { ReleaseInputs } from "./shapes.ts";
import { isSame } from "./state.ts";
import { isUnknown, UNKNOWN } from "./unknown.ts";
import type { Properties } from "./verbs.ts";

/** Stands for the digest of a source that is not on this machine: CI may preview without a build. */
export const NOT_HERE = "not here";

/**
 * What preview shows as the source's content. `seen` is the digest of what `source` or `archive` holds; absent: nothing is there. A
 * version is its content: the same version with other content is refused, and without its source it keeps the digest it had.
 */
export function sourceDigestOf(news: ReleaseInputs, olds: Properties, seen: string | undefined): string | undefined {
  const { version } = news;
  const { name, value } = givenOrigin(news);
  const before =
    typeof olds.sourceDigest === "string" && olds.sourceDigest !== NOT_HERE ? olds.sourceDigest : undefined;
  const sameVersion = olds.version === version;
  if (isUnknown(value)) return UNKNOWN;
  if (value === undefined) return sameVersion ? before : undefined;
  if (seen === undefined) return sameVersion && before !== undefined ? before : NOT_HERE;
  const isKnown = before !== undefined && !isUnknown(before) && !isUnknown(seen);
  // Other shared paths make another digest of the same source; they are for the releases after this one.
  if (sameVersion && isKnown && seen !== before && hasSameShared(news, olds))
    throw new Faults([
      {
        at: name,
        reason: `${name} has other content than ${version} was released with: use a new version, or omit ${name} to keep what the host has`,
      },
    ]);
  return seen;
}

function hasSameShared(news: ReleaseInputs, olds: Properties): boolean {
  return isSame(news.sharedDirs, olds.sharedDirs ?? []) && isSame(news.sharedFiles, olds.sharedFiles ?? []);
}
