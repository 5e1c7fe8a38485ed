import type { OpcachePlan } from "../switch/plan.ts";
import type { Transport } from "../transport/transport.ts";
import { cachetoolWay } from "./cachetoolWay.ts";
import { fastcgiWay } from "./fastcgiWay.ts";
import { httpWay } from "./httpWay.ts";
import type { OpcacheWay } from "./way.ts";

/** The ways into the caches of a site, by its plan; `scriptPath` is where host/opcache.php lies on the host. */
export function waysOf(
  transport: Transport,
  plan: Pick<OpcachePlan, "via" | "url" | "headers" | "cachetool">,
  pools: readonly string[],
  scriptPath: string,
): readonly OpcacheWay[] {
  switch (plan.via) {
    case "fastcgi":
      return pools.map((pool) => fastcgiWay(transport, pool, scriptPath));
    case "cachetool":
      return pools.map((pool) => cachetoolWay(transport, plan.cachetool, pool, scriptPath));
    case "http":
      return [httpWay(transport, plan.url ?? "", plan.headers)];
  }
}
