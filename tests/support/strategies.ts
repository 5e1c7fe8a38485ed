import { test } from "node:test";
import { Strategy } from "../../provider/switchArgs.ts";
import { type SwitchRig, startSwitchRig } from "./switchRig.ts";

export const strategies = Object.values(Strategy);

/** A test that holds for each strategy: it starts its rig by what it is given. */
export function byEach(
  name: string,
  body: (start: () => Promise<SwitchRig>, strategy: Strategy) => Promise<void>,
): void {
  for (const strategy of strategies)
    test(`${name}, by ${strategy}`, () => body(() => startSwitchRig({ strategy }), strategy));
}
