import type { OpcachePlan } from "../../provider/switch/plan.ts";

/** What may be done about opcache at a switch; what is not said has its default. */
export type Way = "auto" | "none" | "reset" | "cachetool";
export const cachetool = process.env.CACHETOOL;
export const ways: Readonly<Record<Way, Partial<OpcachePlan>>> = {
  auto: {},
  none: { policy: "none" },
  reset: { policy: "reset" },
  cachetool: { policy: "reset", via: "cachetool", ...(cachetool !== undefined && { cachetool }) },
};
/** Those that this machine can measure. */
export const measured = (Object.keys(ways) as Way[]).filter((way) => way !== "cachetool" || cachetool !== undefined);

export function label(way: Way): string {
  return way === "auto" ? "auto (default)" : way === "cachetool" ? "reset by cachetool" : way;
}
