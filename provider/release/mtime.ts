/** 2000-01-01 00:00:00 UTC: in the past on every host, so that no clock of an app or a cache is confused. */
const BASE = 946_684_800;
/** Twenty years: the latest mtime stays in the past, and two contents share one in about one of 600 million cases. */
const SPAN = 630_720_000;

/** The mtime, in seconds since 1970, of directories and links. */
export const FIXED_MTIME = BASE;

/**
 * The mtime of a file, in seconds since 1970: a function of its content and of nothing else. nginx makes the ETag of mtime and
 * size: the same content gets the same ETag on every host and in every release, and other content of the same size another one.
 */
export function contentMtime(sha256: string): number {
  return BASE + Number(BigInt(`0x${sha256}`) % BigInt(SPAN));
}
