import type { SwitchPlan } from "../../provider/switch/plan.ts";
import { opcachePlan } from "./opcache.ts";
import { probePlan, siteAt, smokePlan } from "./site.ts";

/** A switch of example.com with every default, as `check` completes it. */
export function switchPlanOf(version: string, changes: Partial<SwitchPlan> = {}): SwitchPlan {
  return {
    site: siteAt("/var/www/example.com"),
    version,
    strategy: "include",
    pools: [],
    smoke: smokePlan(),
    probe: probePlan(),
    opcache: opcachePlan(),
    nginx: { timeout: 60, pidFile: "/run/nginx.pid", confDir: "/etc/nginx" },
    lockTimeout: 10,
    commitTimeout: 35,
    reloadTimeout: 10,
    drainTimeout: 10,
    allowPendingEdits: false,
    afterSteps: [],
    beforeSteps: [],
    ...changes,
  };
}
