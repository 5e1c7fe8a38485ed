import type { Transform } from "node:stream";
import { constants, createGzip, createZstdCompress } from "node:zlib";

/** How a stream is made small, in the name of the program that unpacks it. */
export interface Packing {
  readonly name: "gzip" | "zstd";
  make(): Transform;
}

const gzip: Packing = { name: "gzip", make: () => createGzip({ level: 1 }) };
const zstd: Packing = {
  name: "zstd",
  make: () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
};

/** The best that both sides have: the host says what it can, and Node.js has zstd since 22.15. */
export function packingFor(host: string): Packing {
  return host === "zstd" && typeof createZstdCompress === "function" ? zstd : gzip;
}
