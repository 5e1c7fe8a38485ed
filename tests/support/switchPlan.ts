import type { SwitchPlan } from "../../provider/switch/plan.ts";

/** A switch of example.com with every default, as `check` completes it. */
export function switchPlanOf(version: string, changes: Partial<SwitchPlan> = {}): SwitchPlan {
  const deployPath = "/var/www/example.com";
  return {
    site: {
      serverName: "example.com",
      deployPath,
      publicDir: "public",
      includePath: `${deployPath}/root_dir.nginx.conf`,
    },
    version,
    strategy: "include",
    pools: [],
    smoke: { path: "/", method: "GET", headers: {}, expectStatus: [] },
    probe: {
      path: "/",
      scheme: "http",
      address: "127.0.0.1",
      port: 80,
      host: "example.com",
      method: "GET",
      expectStatus: [],
      count: 1,
      interval: 0.5,
      timeout: 5,
    },
    opcache: { policy: "invalidate", via: "fastcgi" },
    nginx: { pidFile: "/run/nginx.pid", confDir: "/etc/nginx" },
    lockTimeout: 10,
    commitTimeout: 35,
    reloadTimeout: 10,
    drainTimeout: 10,
    allowPendingEdits: false,
    afterSteps: [],
    ...changes,
  };
}
