import { OpcachePolicy } from "../switchArgs.ts";
import { isObject } from "./state.ts";

/**
 * The policy of opcache that a state means: 0.1.0, which knew no `whenFull`, wrote "invalidate" where nothing was wished, which is "auto"
 * now. A new default is no change of the program, and holds from the next switch on.
 */
export function opcachePolicyToday(policy: OpcachePolicy, own: unknown, facing: unknown): OpcachePolicy {
  const isOfBefore = isObject(own) && !("whenFull" in own);
  const faces = isObject(facing) ? facing.policy : undefined;
  return isOfBefore && policy === OpcachePolicy.Invalidate && faces === OpcachePolicy.Auto
    ? OpcachePolicy.Auto
    : policy;
}
