import { checked, isHidden } from "./check.ts";
import { Faults, object } from "./fields.ts";
import { stepFaults } from "./rules.ts";
import { stepShape } from "./shapes.ts";
import type { CheckResult, Properties } from "./verbs.ts";

const NAMES = Object.keys(stepShape).filter((name) => !isHidden(name));

export function checkStep(news: Properties): Promise<CheckResult> {
  return checked(news, async (given) => {
    const inputs = object(stepShape, NAMES).parse(given, "");
    const faults = stepFaults(inputs);
    if (faults.length > 0) throw new Faults(faults);
    return inputs;
  });
}
