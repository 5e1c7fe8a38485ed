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

/**
 * The modes in which files are put on disk. One that several releases may come to share has no write bit: who writes into it would change all
 * of them, the live one too. What `prepare` works on is the release's own until it is done.
 */
export function modesOf(plan: Pick<ReleasePlan, "dirMode" | "fileMode" | "dedupe" | "prepare">): Modes {
  const own = ownModesOf(plan);
  if (!isLinked(plan)) return own;
  return { ...own, file: own.file & ~WRITE_BITS, executable: own.executable & ~WRITE_BITS };
}

/** Whether what the base has too is linked at once. */
export function isLinked({ dedupe, prepare }: Pick<ReleasePlan, "dedupe" | "prepare">): boolean {
  return dedupe === Dedupe.Hardlink && prepare.length === 0;
}

/** The modes of what no two releases share. */
export function ownModesOf({ dirMode, fileMode }: Pick<ReleasePlan, "dirMode" | "fileMode">): Modes {
  const [dir, file] = [Number.parseInt(dirMode, 8), Number.parseInt(fileMode, 8)];
  return { dir, file, executable: dir };
}
