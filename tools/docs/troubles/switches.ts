import { switchError } from "../../../provider/switch/failures.ts";
import type { SwitchPlan } from "../../../provider/switch/plan.ts";
import type { Words } from "../../../provider/switch/words/failedSwitch.ts";
import { failedSwitch } from "../../../tests/support/failedSwitch.ts";
import type { Trouble } from "../trouble.ts";

/** A switch that the host ended with a reason: what else it said of it, and what the client saw itself. */
export interface EndedSwitch extends Omit<Trouble, "text"> {
  readonly reason: string;
  readonly detail?: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, readonly string[]>>;
  readonly seen?: Words;
  readonly plan?: Partial<SwitchPlan>;
}

export const SITE = "/var/www/example.com";

/** Before anything was changed; what serves was seen. */
export const unchanged = { live: "42" };

/** After the include was written: 42 is back. */
export const restored = { live: "42", restored: `${SITE}/releases/42/public` };

/** The text of a switch's error is its own, made from the reason. */
export function troubleOf({
  reason,
  detail = "",
  facts = unchanged,
  texts = {},
  seen,
  plan,
  ...rest
}: EndedSwitch): Trouble {
  const { message } = switchError(failedSwitch({ reason, detail, facts, texts, seen }, { lockTimeout: 300, ...plan }));
  return { ...rest, text: message };
}
