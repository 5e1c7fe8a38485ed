import { type Effort, nextEffort, type Packing } from "./packing.ts";
import { type TarContent, tarStream } from "./tarStream.ts";

/** Passes bytes on as fast as they are taken; false when nobody reads any more. */
export type Write = (bytes: Uint8Array) => Promise<boolean>;

/** Sends one tar stream, in packed pieces behind their lengths; ends early when nobody reads. */
export async function sendStream(content: TarContent, packing: Packing, write: Write): Promise<void> {
  // While one piece is written the next one is packed, by a thread of its own.
  let packed: Promise<Uint8Array> | undefined;
  let effort: Effort = "quick";
  for await (const piece of tarStream(content)) {
    const packs = packing.pack(piece, effort);
    packs.catch(() => {}); // awaited in the next round
    if (packed !== undefined) {
      const begun = performance.now();
      const bytes = await packed;
      const ready = performance.now();
      if (!(await writePiece(bytes, write))) return;
      effort = nextEffort(effort, {
        bytes: bytes.length,
        packing: ready - begun,
        link: performance.now() - ready,
      });
    }
    packed = packs;
  }
  if (packed !== undefined && !(await writePiece(await packed, write))) return;
  await write(Buffer.from("0\n"));
}

async function writePiece(piece: Uint8Array, write: Write): Promise<boolean> {
  return (await write(Buffer.from(`${piece.length}\n`))) && write(piece);
}
