import { StepWhen } from "../stepArgs.ts";
import type { CompleteSwitch } from "./complete.ts";
import type { Fault } from "./fields.ts";
import { probeFaults } from "./probe.ts";
import type { PlaceInputs, ReleaseInputs, StepInputs, SwitchInputs } from "./shapes.ts";
import { isUnknown } from "./unknown.ts";

/** What one field alone cannot tell of any resource's inputs. */
export function placeFaults({ connection, local }: PlaceInputs): Fault[] {
  if (isUnknown(local)) return [];
  if (connection === undefined && !local)
    return [{ at: ".connection", reason: "connection is missing: it says how the host is reached (or local: true)" }];
  if (connection !== undefined && local)
    return [{ at: ".connection", reason: "connection and local: true are two places: one of them is needed" }];
  return [];
}

export function releaseFaults(inputs: ReleaseInputs): Fault[] {
  const faults = placeFaults(inputs);
  if (inputs.source !== undefined && inputs.archive !== undefined)
    faults.push({ at: ".source", reason: "source and archive are two sources: one of them is needed" });
  const shared = [inputs.sharedDirs, inputs.sharedFiles].flatMap((paths) => (isUnknown(paths) ? [] : [...paths]));
  shared.sort();
  shared.forEach((path, index) => {
    const outer = shared.find((other, place) => place !== index && (path === other || path.startsWith(`${other}/`)));
    if (outer !== undefined && !(outer === path && shared.indexOf(path) === index))
      faults.push({
        at: ".shared",
        reason: `the shared path ${path} lies in the shared path ${outer}: name one of them`,
      });
  });
  return faults;
}

export function stepFaults({ step, ...place }: StepInputs): Fault[] {
  return [...placeFaults(place), ...(isUnknown(step) ? [] : onRestoreFaults(step, "step"))];
}

function onRestoreFaults({ when, onRestore }: StepInputs["step"], at: string): Fault[] {
  if (when !== StepWhen.After || onRestore === undefined) return [];
  const reason = `${at}.onRestore is for a step before the switch: one after it never ran when a restore comes`;
  return [{ at: `${at}.onRestore`, reason }];
}

export function switchFaults(inputs: SwitchInputs, complete: CompleteSwitch): Fault[] {
  const faults = placeFaults(inputs);
  const { beforeSteps } = inputs;
  if (!isUnknown(beforeSteps))
    faults.push(...beforeSteps.flatMap((step, index) => onRestoreFaults(step, `beforeSteps[${index}]`)));
  const { serverName, opcache, commitTimeout, probe } = complete;
  if (serverName === "")
    faults.push({ at: "serverName", reason: "serverName is missing: the resource's name is not a DNS name" });
  if (opcache.via === "http" && opcache.url === undefined)
    faults.push({ at: ".opcache", reason: 'opcache.url is missing: via "http" asks it' });
  faults.push(...probeFaults(inputs.probe));
  if (
    opcache.via !== "http" &&
    !isUnknown(opcache) &&
    !isUnknown(opcache.headers) &&
    Object.keys(opcache.headers ?? {}).length > 0
  )
    faults.push({ at: ".opcache", reason: 'opcache.headers are for via "http"' });
  if (commitTimeout < probe.timeout)
    faults.push({
      at: "commitTimeout",
      reason: "commitTimeout must be at least probe.timeout, or the host gives up first",
    });
  return faults;
}
