import type { ReleasePlan } from "../release/plan.ts";
import type { SwitchPlan } from "../switch/plan.ts";
import { completeSwitch } from "./complete.ts";
import { localPath } from "./localPath.ts";
import type { ReleaseInputs, SwitchInputs } from "./shapes.ts";
import { NOT_HERE } from "./sourceDigest.ts";

export function releasePlan(inputs: ReleaseInputs, sourceDigest: unknown): ReleasePlan {
  const { deployPath, version, publicDir, source, exclude, sharedDirs, sharedFiles, dirMode, fileMode, dedupe } =
    inputs;
  const { writableDirs, writableMode, writableUser } = inputs;
  return {
    deployPath,
    version,
    publicDir,
    exclude,
    sharedDirs,
    sharedFiles,
    dirMode,
    fileMode,
    dedupe,
    writableDirs,
    writableMode,
    ...(writableUser === undefined ? {} : { writableUser }),
    ...(source === undefined ? {} : { source: localPath(source) }),
    ...(typeof sourceDigest === "string" && sourceDigest !== NOT_HERE ? { sourceDigest } : {}),
  };
}

export function switchPlan(inputs: SwitchInputs): SwitchPlan {
  const { serverName, deployPath, publicDir, includePath, smoke, probe, opcache, nginx, commitTimeout } =
    completeSwitch(inputs);
  const { version, strategy, pools, lockTimeout, reloadTimeout, drainTimeout, allowPendingEdits } = inputs;
  return {
    site: { serverName, deployPath, publicDir, includePath },
    version,
    strategy,
    pools,
    smoke,
    probe,
    opcache,
    nginx,
    lockTimeout,
    commitTimeout,
    reloadTimeout,
    drainTimeout,
    allowPendingEdits,
  };
}
