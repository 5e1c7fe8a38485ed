import { existsSync } from "node:fs";
import { SiteReleaseError } from "../errors.ts";
import { digestSource } from "../release/digest.ts";
import { checked, isHidden } from "./check.ts";
import { includePathOf, releaseDirOf } from "./complete.ts";
import { Faults, object } from "./fields.ts";
import { givenOrigin, originOf } from "./origin.ts";
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
      sourceDigest: sourceDigestOf(inputs, olds, await digestHere(inputs)),
      __owner: ownerOf(inputs),
    };
  });
}

/** The digest of what this machine has for the version, if anything. What is shared or excluded is no part of it. */
async function digestHere(inputs: ReleaseInputs): Promise<string | undefined> {
  const { exclude, sharedDirs, sharedFiles } = inputs;
  const { name, value } = givenOrigin(inputs);
  if (value === undefined || isUnknown(value)) return undefined;
  if ([exclude, sharedDirs, sharedFiles].some((paths) => isUnknown(paths) || paths.some(isUnknown))) return UNKNOWN;
  const origin = originOf(inputs);
  if (origin === undefined || (typeof origin === "string" && !existsSync(origin))) return undefined;
  try {
    return (await digestSource(origin, { sharedDirs, sharedFiles }, exclude)).digest;
  } catch (error) {
    if (!(error instanceof SiteReleaseError)) throw error;
    throw new Faults([{ at: name, reason: error.message }]);
  }
}
