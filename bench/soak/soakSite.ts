import type { ProbePlan, SwitchPlan } from "../../provider/switch/plan.ts";
import type { Machine } from "../../tests/support/machine.ts";
import { MachineSite } from "../../tests/support/machineSite.ts";

export const HEALTHY = ["1", "2", "3", "4"] as const;
export const UNHEALTHY = ["5", "6"] as const;

/** Answers "/up" with 500 if it is unhealthy, and takes a while for "/slow". */
function page(version: string, isHealthy: boolean): string {
  const down = isHealthy ? "" : 'if ($at === "/up") { http_response_code(500); exit("down"); } ';
  return `<?php $at = $_SERVER["REQUEST_URI"]; if ($at === "/slow") usleep(1200000); ${down}echo "version ${version}";`;
}

/** The site of the soak: versions that are all there, and what a switch of it is like. */
export class SoakSite extends MachineSite {
  readonly #strategy: SwitchPlan["strategy"];

  constructor(machine: Machine, strategy: SwitchPlan["strategy"]) {
    super(machine);
    this.#strategy = strategy;
  }

  static async on(machine: Machine, strategy: SwitchPlan["strategy"]): Promise<SoakSite> {
    const site = new SoakSite(machine, strategy);
    for (const version of HEALTHY) await site.stageBuild(version, site.build(version, page(version, true)));
    for (const version of UNHEALTHY) await site.stageBuild(version, site.build(version, page(version, false)));
    return site;
  }

  /** A switch that something will happen to: the host waits two seconds for the client, and no longer. */
  faultedPlan(version: string, isHealthy: boolean): SwitchPlan {
    const probe = isHealthy ? { timeout: 3, count: 3 } : { timeout: 0.4 };
    return this.plan(version, { ...this.#times(2, 5), probe: { path: "/up", interval: 0.05, ...probe } });
  }

  /** A switch that nothing happens to: whatever else this machine does, its time is long enough. */
  ordinary(): { readonly probe: Partial<ProbePlan> } & Partial<Omit<SwitchPlan, "probe">> {
    return { ...this.#times(60, 30), probe: { path: "/up", timeout: 30 } };
  }

  #times(commitTimeout: number, others: number) {
    return { strategy: this.#strategy, commitTimeout, lockTimeout: others, reloadTimeout: others, drainTimeout: 5 };
  }

  /** As before its first switch, but with its releases. */
  async forget(): Promise<void> {
    const { deployPath, includePath } = this.site;
    const own = `${deployPath}/.site-release`;
    await this.must(`
      cd ${own} && rm -rf ../current journal.jsonl owner include.before steps
      echo 'set $root_dir ${own}/empty;' >${includePath} && chown deploy: ${includePath}
      systemctl reset-failed nginx.service; systemctl restart nginx.service`);
  }
}
