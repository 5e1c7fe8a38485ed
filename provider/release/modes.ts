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
export function modesOf(plan: Pick<ReleasePlan, "dirMode" | "fileMode" | "dedupe">): Modes {
  const own = ownModesOf(plan);
  if (plan.dedupe === Dedupe.Copy) return own;
  return { ...own, file: own.file & ~WRITE_BITS, executable: own.executable & ~WRITE_BITS };
}

/** The modes of what no two releases share. */
export function ownModesOf({ dirMode, fileMode }: Pick<ReleasePlan, "dirMode" | "fileMode">): Modes {
  const [dir, file] = [Number.parseInt(dirMode, 8), Number.parseInt(fileMode, 8)];
  return { dir, file, executable: dir };
}
