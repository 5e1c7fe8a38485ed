import assert from "node:assert/strict";
import test from "node:test";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { type Effort, nextEffort, packingFor } from "../../../provider/release/packing.ts";

const efforts: readonly Effort[] = ["none", "quick", "thorough"];
const unpack = { gzip: gunzipSync, zstd: zstdDecompressSync };

for (const name of ["gzip", "zstd"] as const)
  test(`${name} packs with every effort, and never more loosely with more of it`, async () => {
    const piece = Buffer.from("<?php echo 'the same again and again';\n".repeat(1000));
    const packed = await Promise.all(efforts.map((effort) => packingFor(name).pack(piece, effort)));
    for (const each of packed) assert.deepEqual(unpack[name](each), piece);
    const sizes = packed.map(({ length }) => length);
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => b - a),
    );
  });

test("pieces that were packed apart are unpacked as one", async () => {
  const packed = await Promise.all(efforts.map((effort) => packingFor("gzip").pack(Buffer.from(effort), effort)));
  assert.equal(gunzipSync(Buffer.concat(packed)).toString(), efforts.join(""));
});

const MB = 1_000_000;
for (const [what, last, pace, next] of [
  ["a slow link is worth a thorough packing", "quick", { bytes: MB, packing: 5, link: 1000 }, "thorough"],
  ["so is one that became slow", "none", { bytes: 2 * MB, packing: 0, link: 1000 }, "thorough"],
  ["a link that became faster is not", "thorough", { bytes: MB, packing: 10, link: 50 }, "quick"],
  ["who waits for the packing more than for the link packs less", "quick", { bytes: MB, packing: 30, link: 5 }, "none"],
  ["a fast link is left so", "none", { bytes: 2 * MB, packing: 0, link: 10 }, "none"],
  ["a link that is not that fast is packed for again", "none", { bytes: 2 * MB, packing: 0, link: 50 }, "quick"],
  ["a link that takes all at once has no rate", "quick", { bytes: MB, packing: 0, link: 0 }, "quick"],
] as const)
  test(what, () => assert.equal(nextEffort(last, pace), next));
