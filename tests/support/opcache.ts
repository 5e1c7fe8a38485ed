import type { OpcacheAnswer, OpcacheStatus } from "../../provider/opcache/answer.ts";
import { clearOpcache as clear, type OpcacheReport } from "../../provider/opcache/clear.ts";
import { waysOf } from "../../provider/opcache/ways.ts";
import type { OpcachePlan } from "../../provider/switch/plan.ts";
import type { Transport } from "../../provider/transport/transport.ts";

/** What to clear, and how to get there. */
export interface OpcacheTarget {
  readonly plan: Partial<OpcachePlan>;
  readonly pools: readonly string[];
  readonly scriptPath: string;
  readonly releasesDir: string;
  readonly keep: readonly string[];
  readonly timeout: number;
}

/** How opcache is handled, with every default that is not wished otherwise. */
export function opcachePlan(wish: Partial<OpcachePlan> = {}): OpcachePlan {
  return {
    policy: "auto",
    via: "fastcgi",
    headers: {},
    cachetool: "cachetool",
    warm: [],
    warmUrls: [],
    warmTimeout: 20,
    whenFull: "reset",
    ...wish,
  };
}

/** The clear after a switch, by itself. */
export function clearOpcache(transport: Transport, target: OpcacheTarget): Promise<OpcacheReport> {
  const { pools, scriptPath, releasesDir, keep, timeout } = target;
  const plan = opcachePlan(target.plan);
  return clear(waysOf(transport, plan, pools, scriptPath), {
    policy: plan.policy,
    releasesDir,
    keep,
    seconds: timeout,
  });
}

/** The counters of a cache. */
export function opcacheStatus(wish: Partial<OpcacheStatus> = {}): OpcacheStatus {
  return {
    used: 10,
    free: 20,
    wasted: 0,
    full: false,
    scripts: 3,
    keys: 4,
    maxKeys: 100,
    startTime: 900,
    oomRestarts: 1,
    hashRestarts: 0,
    manualRestarts: 2,
    lastRestart: 1000,
    restartPending: false,
    restartInProgress: false,
    forceRestartTimeout: 180,
    validateTimestamps: false,
    jitSize: 0,
    jitFree: 0,
    preloaded: 0,
    ...wish,
  };
}

/** What the host's script answers to an invalidation. */
export function opcacheAnswer(wish: Partial<OpcacheAnswer> = {}): OpcacheAnswer {
  const before = opcacheStatus();
  const done = { invalidated: 5, left: 0, leftFirst: "" };
  return { state: "on", php: "8.2.0", time: 2000, cache: "900-77-30", before, after: before, ...done, ...wish };
}
