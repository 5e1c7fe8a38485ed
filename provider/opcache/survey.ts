import { flag, list, name, names, number, text, texts } from "./reading.ts";

/** What the cache has of a site's releases, and what the next one lacks there; sizes in bytes. */
export interface Survey {
  /** The scripts that the live release has cached or a pattern names, that the next one has on disk, and that are not cached: relative to it. */
  readonly files: readonly string[];
  /** There are more behind the last one. */
  readonly more: boolean;
  /** How many of the wanted ones are cached already. */
  readonly already: number;
  readonly liveScripts: number;
  readonly liveBytes: number;
  /** What the scripts of all releases of the site take. */
  readonly releaseBytes: number;
  /** Cached scripts of releases that nothing needs any more. */
  readonly leftover: number;
  /** Scripts of releases that opcache.preload has loaded, and the first of them. */
  readonly preloaded: number;
  readonly preloadedFirst: string;
  /** The first pattern that PHP does not understand. */
  readonly brokenPattern: string;
}

/** What became of scripts that were to be compiled. */
export interface Compiled {
  readonly compiled: number;
  readonly already: number;
  readonly failed: readonly FailedScript[];
  /** Written too short a time ago to be kept (opcache.file_update_protection). */
  readonly fresh: readonly string[];
  /** With times in the future of the host's clock: never kept. */
  readonly future: readonly string[];
  /** Compiled, and not kept by the cache. */
  readonly refused: readonly string[];
  /** opcache.file_update_protection, in seconds. */
  readonly protection: number;
  /** How many of the last ones it had no memory left for. */
  readonly rest: number;
  /** What PHP died of in the middle, and at which script. */
  readonly died?: { readonly why: string; readonly at: string };
}

export interface FailedScript {
  readonly file: string;
  readonly why: string;
}

export function parseSurvey(from: Readonly<Record<string, unknown>>): Survey {
  return {
    files: names(from.files),
    more: flag(from.more),
    already: number(from.already),
    liveScripts: number(from.liveScripts),
    liveBytes: number(from.liveBytes),
    releaseBytes: number(from.releaseBytes),
    leftover: number(from.leftover),
    preloaded: number(from.preloaded),
    preloadedFirst: text(from.preloadedFirst),
    brokenPattern: text(from.brokenPattern),
  };
}

export function parseCompiled(from: Readonly<Record<string, unknown>>): Compiled {
  const failed = (list(from.failed) ?? []).map((pair) => {
    const [file, why] = list(pair) ?? [];
    return { file: name(file), why: text(why) };
  });
  return {
    compiled: number(from.compiled),
    already: number(from.already),
    failed,
    fresh: names(from.fresh),
    future: texts(from.future),
    refused: texts(from.refused),
    protection: number(from.protection),
    rest: number(from.rest),
    ...(typeof from.died === "string" && { died: { why: text(from.died), at: name(from.doing) } }),
  };
}
