import type { Site } from "../../provider/site.ts";
import type { SwitchPlan } from "../../provider/switch/plan.ts";
import type { SwitchContext } from "../../provider/switch/result.ts";
import type { Sandbox } from "../../tests/support/sandbox.ts";
import { switchPlanOf } from "../../tests/support/switchPlan.ts";

/** What a switch of a sandbox's site to a version is told: all inputs have their defaults. */
export function sandboxSwitch(sandbox: Sandbox, version: string): [SwitchPlan, SwitchContext] {
  const { pool, nginx, httpPort } = sandbox;
  const defaults = switchPlanOf(version, { site: site(sandbox), pools: [pool], nginx });
  const context = { owner: { id: "bench", stack: "bench", resource: "bench" }, takeOver: false };
  return [{ ...defaults, probe: { ...defaults.probe, port: httpPort } }, context];
}

export function site({ serverName, deployPath, includePath }: Sandbox): Site {
  return { serverName, deployPath, publicDir: "public", includePath };
}
