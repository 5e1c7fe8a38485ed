import { hash } from "node:crypto";
import type { RawFile } from "./entry.ts";

// What is packed and written at once.
const PIECE = 2 * 1024 * 1024;

/** A stream in the making: what is added comes out in pieces. Small files are read right into their piece. */
export class Pieces {
  #piece = Buffer.allocUnsafeSlow(PIECE);
  #used = 0;

  /** Whether so many more bytes, at most LARGE + 1, have room before the piece is taken. */
  fits(bytes: number): boolean {
    return this.#used + bytes <= PIECE;
  }

  add(bytes: Uint8Array): void {
    this.#piece.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Adds a small file's content, never more of it than its size, and returns its digest, or what is wrong with its length. */
  read(file: RawFile & Required<Pick<RawFile, "read">>): string {
    const room = this.#piece.subarray(this.#used, this.#used + file.size + 1);
    const length = file.read(room);
    if (length !== file.size) return length > file.size ? "longer" : "shorter";
    this.#used += length;
    return hash("sha256", room.subarray(0, length), "hex");
  }

  /** What was added since the last time; a new piece begins. */
  take(): Buffer {
    const piece = this.#piece.subarray(0, this.#used);
    this.#piece = Buffer.allocUnsafeSlow(PIECE);
    this.#used = 0;
    return piece;
  }
}
