import { existsSync } from "node:fs";
import { SiteReleaseError } from "../errors.ts";
import { digestSource } from "../release/digest.ts";
import { checked, isHidden } from "./check.ts";
import { includePathOf, releaseDirOf } from "./complete.ts";
import { Faults, object } from "./fields.ts";
import { localPath } from "./localPath.ts";
import { ownerOf } from "./owner.ts";
import { releaseFaults } from "./rules.ts";
import { type ReleaseInputs, releaseShape, switchShape } from "./shapes.ts";
import { sourceDigestOf } from "./sourceDigest.ts";
import { isUnknown, UNKNOWN } from "./unknown.ts";
import type { CheckResult, Properties } from "./verbs.ts";

/** The state of a release that is what its manifest says. */
export const COMPLETE = "complete";

// SiteRelease hands every name that it does not know to its Release: the one that was meant may be its Switch's.
const NAMES = Object.keys({ ...releaseShape, ...switchShape }).filter((name) => !isHidden(name));

export function checkRelease(olds: Properties, news: Properties): Promise<CheckResult> {
  return checked(news, async (given) => {
    const inputs = object(releaseShape, NAMES).parse(given, "");
    const faults = releaseFaults(inputs);
    if (faults.length > 0) throw new Faults(faults);
    return {
      ...inputs,
      includePath: includePathOf(inputs),
      releaseDir: releaseDirOf(inputs),
      releaseState: COMPLETE,
      sourceDigest: sourceDigestOf(inputs, olds, await digestAt(inputs)),
      __owner: ownerOf(inputs),
    };
  });
}

/** The digest of what lies at a path of this machine, if anything does. What is shared or excluded is no part of it. */
async function digestAt({ source, exclude, sharedDirs, sharedFiles }: ReleaseInputs): Promise<string | undefined> {
  if (source === undefined || isUnknown(source)) return undefined;
  if ([exclude, sharedDirs, sharedFiles].some((paths) => isUnknown(paths) || paths.some(isUnknown))) return UNKNOWN;
  const path = localPath(source);
  if (!existsSync(path)) return undefined;
  try {
    return (await digestSource(path, { sharedDirs, sharedFiles }, exclude)).digest;
  } catch (error) {
    if (!(error instanceof SiteReleaseError)) throw error;
    throw new Faults([{ at: "source", reason: error.message }]);
  }
}
