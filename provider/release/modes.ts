import { Dedupe } from "../args.ts";
import type { ReleasePlan } from "./plan.ts";

/** The modes of a release on the host, as numbers. */
export interface Modes {
  readonly dir: number;
  readonly file: number;
  /** Of files with the executable bit. */
  readonly executable: number;
}

const WRITE_BITS = 0o222;

/** A file that several releases may come to share has no write bit: who writes into it would change all of them, the live one too. */
export function modesOf({ dirMode, fileMode, dedupe }: Pick<ReleasePlan, "dirMode" | "fileMode" | "dedupe">): Modes {
  const [dir, file] = [Number.parseInt(dirMode, 8), Number.parseInt(fileMode, 8)];
  if (dedupe === Dedupe.Copy) return { dir, file, executable: dir };
  return { dir, file: file & ~WRITE_BITS, executable: dir & ~WRITE_BITS };
}
