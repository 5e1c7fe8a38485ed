import { promisify } from "node:util";
import { constants, gzip, zstdCompress } from "node:zlib";

/** How what is sent is made small, in the name of the program that unpacks it. Pieces that were packed apart are unpacked as one. */
export interface Packing {
  readonly name: "gzip" | "zstd";
  pack(piece: Uint8Array, effort: Effort): Promise<Uint8Array>;
}

/** How small: "none" for a link that is faster than packing, "thorough" for one that is slow. */
export type Effort = "none" | "quick" | "thorough";

// One call's worth of output: each chunk of it costs a callback.
const chunkSize = 1024 * 1024;

const gzipLevels = { none: 0, quick: 1, thorough: 6 };
// Nothing that is sent over SSH is faster than level 1.
const zstdLevels = { none: 1, quick: 1, thorough: 6 };

const packings: Readonly<Record<Packing["name"], Packing>> = {
  gzip: { name: "gzip", pack: (piece, effort) => promisify(gzip)(piece, { chunkSize, level: gzipLevels[effort] }) },
  zstd: {
    name: "zstd",
    pack: (piece, effort) =>
      promisify(zstdCompress)(piece, {
        chunkSize,
        params: { [constants.ZSTD_c_compressionLevel]: zstdLevels[effort] },
      }),
  },
};

/** The best that the host says it can unpack. */
export function packingFor(host: string): Packing {
  return host === "zstd" ? packings.zstd : packings.gzip;
}

/** How the last piece went: its size on the wire, and the milliseconds that were spent waiting for each. */
export interface Pace {
  readonly bytes: number;
  readonly packing: number;
  readonly link: number;
}

// Bytes a millisecond: a link below is worth a thorough packing (6 levels of zstd: 100 MB/s), one above is not worth any (gzip: 40 MB/s).
const SLOW = 8_000;
const FAST = 100_000;

/** How the next piece is packed. */
export function nextEffort(last: Effort, { bytes, packing, link }: Pace): Effort {
  const rate = bytes / Math.max(link, 0.1);
  if (rate < SLOW) return "thorough";
  if (last === "none") return rate < FAST ? "quick" : "none";
  return packing > 2 * link ? "none" : "quick";
}
