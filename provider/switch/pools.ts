import { needs } from "../needs.ts";
import type { Answer } from "../transport/conversation.ts";
import type { SwitchPlan } from "./plan.ts";
import type { SmokeResult } from "./smoke.ts";

/** The pools that the plan names, or the one that the host found. */
export function poolsOf(plan: SwitchPlan, said: Answer): readonly string[] {
  if (plan.pools.length > 0) return plan.pools;
  const found = said.texts.get("pool") ?? [];
  return found.length === 1 ? found : [];
}

/** Why no pool is known. */
export function unknownPool(user: string, said: Answer): SmokeResult {
  const found = said.texts.get("pool") ?? [];
  if (found.length > 1) {
    return {
      outcome: "unreachable",
      why: `${user} can write several php-fpm sockets (${found.join(", ")})`,
      next: "Name the site's own in `pools`",
    };
  }
  return {
    outcome: "unreachable",
    why: `${user} can write no php-fpm socket in /run/php`,
    next: `If the site's lies elsewhere, name it in \`pools\`; else let ${user} write it. ${needs.socket.grant("www-data", user)}`,
  };
}
