import { spawnSync } from "node:child_process";
import type { OpcachePlan } from "../../provider/switch/plan.ts";

/** What may be done about opcache at a switch; what is not said has its default. */
export type Way = "auto" | "none" | "reset" | "cachetool";

/** Where cachetool lies on this machine, if it does, and where it is put on the host. */
export const cachetool =
  process.env.CACHETOOL ||
  spawnSync("sh", ["-c", "command -v cachetool"], { encoding: "utf8" }).stdout.trim() ||
  undefined;
export const HOST_CACHETOOL = "/opt/cachetool.phar";

export const ways: Readonly<Record<Way, Partial<OpcachePlan>>> = {
  auto: {},
  none: { policy: "none" },
  reset: { policy: "reset" },
  cachetool: { policy: "reset", via: "cachetool", cachetool: HOST_CACHETOOL },
};
/** Those that this machine can measure. */
export const measured = (Object.keys(ways) as Way[]).filter((way) => way !== "cachetool" || cachetool !== undefined);

export function label(way: Way): string {
  return way === "auto" ? "auto (default)" : way === "cachetool" ? "reset by cachetool" : way;
}
