import type { SwitchPlan } from "../../provider/switch/plan.ts";
import type { FailedSwitch, Words } from "../../provider/switch/words/failedSwitch.ts";
import { switchPlanOf } from "./switchPlan.ts";

/** What the host told of a switch that it ended, and what the client saw itself. */
export interface Ended {
  readonly reason: string;
  readonly detail: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<string, readonly string[]>>;
  readonly seen: Words | undefined;
}

/** The switch of example.com to 43 that the host web1 ended so. */
export function failedSwitch(
  { reason, detail, facts, texts, seen }: Ended,
  plan: Partial<SwitchPlan> = {},
): FailedSwitch {
  return {
    plan: switchPlanOf("43", plan),
    answer: {
      failure: { reason, detail },
      facts: new Map(Object.entries(facts)),
      texts: new Map(Object.entries(texts)),
    },
    host: "web1",
    user: "deploy",
    ...(seen !== undefined && { seen }),
  };
}
