import type { Site } from "../../provider/site.ts";
import type { ProbePlan, SmokePlan } from "../../provider/switch/plan.ts";

/** A site below a directory. */
export function siteAt(dir: string, publicDir = "public"): Site {
  return { serverName: "example.com", deployPath: dir, publicDir, includePath: `${dir}/root_dir.nginx.conf` };
}

export function smokePlan(wish: Partial<SmokePlan> = {}): SmokePlan {
  return { path: "/", method: "GET", headers: {}, expectStatus: [], ...wish };
}

export function probePlan(wish: Partial<ProbePlan> = {}): ProbePlan {
  return {
    path: "/",
    scheme: "http",
    address: "127.0.0.1",
    port: 80,
    host: "example.com",
    method: "GET",
    headers: {},
    expectStatus: [],
    expectHeaders: {},
    count: 1,
    interval: 0.05,
    timeout: 2,
    ...wish,
  };
}
