import { type Asset, nameOfAssets, openAssets } from "./assets.ts";
import type { Exclusion } from "./exclusion.ts";
import { openSource, type Source } from "./source.ts";

/** Where a source comes from: an absolute path of this machine, or what a program put together. */
export type Origin = string | readonly Asset[];

/** Opens it; undefined when nothing lies at the path. */
export async function openOrigin(origin: Origin, exclude: Exclusion): Promise<Source | undefined> {
  return typeof origin === "string" ? openSource(origin, exclude) : openAssets(origin, exclude);
}

/** What it is called in errors. */
export function nameOf(origin: Origin): string {
  return typeof origin === "string" ? origin : nameOfAssets(origin);
}
