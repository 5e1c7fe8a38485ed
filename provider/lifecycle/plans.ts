import type { ReleasePlan } from "../release/plan.ts";
import type { SwitchPlan } from "../switch/plan.ts";
import { completeSwitch, includePathOf } from "./complete.ts";
import { originOf } from "./origin.ts";
import { probePlan } from "./probe.ts";
import type { ReleaseInputs, SwitchInputs } from "./shapes.ts";
import { NOT_HERE } from "./sourceDigest.ts";

export function releasePlan(inputs: ReleaseInputs, sourceDigest: unknown, ownerIds: readonly string[]): ReleasePlan {
  const { deployPath, version, publicDir, exclude, sharedDirs, sharedFiles, dirMode, fileMode, dedupe } = inputs;
  const { writableDirs, writableMode, writableUser, prepare, prepareTimeout } = inputs;
  const source = originOf(inputs);
  return {
    deployPath,
    version,
    publicDir,
    exclude,
    sharedDirs,
    sharedFiles,
    dirMode,
    fileMode,
    retention: { keepReleases: inputs.keepReleases, includePath: includePathOf(inputs), ownerIds },
    dedupe,
    prepare,
    prepareTimeout,
    writableDirs,
    writableMode,
    ...(writableUser === undefined ? {} : { writableUser }),
    ...(source === undefined ? {} : { source }),
    ...(typeof sourceDigest === "string" && sourceDigest !== NOT_HERE ? { sourceDigest } : {}),
  };
}

export function switchPlan(inputs: SwitchInputs): SwitchPlan {
  const { serverName, deployPath, publicDir, includePath, smoke, probe, opcache, nginx, commitTimeout } =
    completeSwitch(inputs);
  const { version, strategy, pools, lockTimeout, reloadTimeout, drainTimeout, allowPendingEdits, afterSteps } = inputs;
  const { beforeSteps } = inputs;
  return {
    site: { serverName, deployPath, publicDir, includePath },
    version,
    strategy,
    pools,
    smoke,
    probe: probePlan(probe),
    opcache,
    nginx,
    lockTimeout,
    commitTimeout,
    reloadTimeout,
    drainTimeout,
    allowPendingEdits,
    afterSteps,
    beforeSteps: beforeSteps.map((step) => ({ deployPath, version, ...step })),
  };
}
