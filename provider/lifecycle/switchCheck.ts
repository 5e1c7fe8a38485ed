import { checked, isHidden } from "./check.ts";
import { completeSwitch } from "./complete.ts";
import { Faults, object } from "./fields.ts";
import { ownerOf } from "./owner.ts";
import { switchFaults } from "./rules.ts";
import { switchShape } from "./shapes.ts";
import type { CheckResult, Properties } from "./verbs.ts";

/** What preview shows of a part of the host that is as a verified switch left it. */
export const AS_RELEASED = "as released";

const NAMES = Object.keys(switchShape).filter((name) => !isHidden(name));

export function checkSwitch(news: Properties): Promise<CheckResult> {
  return checked(news, async (given) => {
    const inputs = object(switchShape, NAMES).parse(given, "");
    const complete = completeSwitch(inputs);
    const faults = switchFaults(inputs, complete);
    if (faults.length > 0) throw new Faults(faults);
    return {
      ...inputs,
      ...complete,
      liveVersion: inputs.version,
      include: AS_RELEASED,
      current: AS_RELEASED,
      workers: AS_RELEASED,
      owner: AS_RELEASED,
      __owner: ownerOf(inputs),
    };
  });
}
