import type { CompleteSwitch } from "./complete.ts";
import type { Fault } from "./fields.ts";
import type { CommonInputs, PlaceInputs, ReleaseInputs } from "./shapes.ts";
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

export function switchFaults(inputs: CommonInputs, complete: CompleteSwitch): Fault[] {
  const faults = placeFaults(inputs);
  const { serverName, opcache, commitTimeout, probe } = complete;
  if (serverName === "")
    faults.push({ at: "serverName", reason: "serverName is missing: the resource's name is not a DNS name" });
  if (opcache.via === "http" && opcache.url === undefined)
    faults.push({ at: ".opcache", reason: 'opcache.url is missing: via "http" asks it' });
  if (commitTimeout < probe.timeout)
    faults.push({
      at: "commitTimeout",
      reason: "commitTimeout must be at least probe.timeout, or the host gives up first",
    });
  return faults;
}
