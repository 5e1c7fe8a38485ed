import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SwitchReport } from "../../provider/report.ts";
import { switchTo } from "../../provider/switch/switch.ts";
import type { Sample } from "../../tests/support/load/evaluate.ts";
import { type Load, startLoad } from "../../tests/support/load.ts";
import { opcachePlan } from "../../tests/support/opcache.ts";
import type { Sandbox } from "../../tests/support/sandbox.ts";
import { sandboxSwitch } from "../support/sandboxSwitch.ts";
import { overSsh } from "../support/staging.ts";
import { type Way, ways } from "./ways.ts";

/** Requests a second. */
export const RATE = 40;

/** Visitors of the site in `sandbox`. */
export function visit({ httpPort, serverName }: Sandbox, maxSeconds: number): Load {
  const site = { url: `http://127.0.0.1:${httpPort}/`, host: serverName, rate: RATE, connections: 8 };
  return startLoad({ ...site, maxSeconds, maxRequests: 100_000 });
}

/** The requests, of which all but those on connections that a reload closed must have had their page. */
export function answered(samples: readonly Sample[]): readonly Sample[] {
  const bad = samples.filter(({ answer, error }) => answer?.status !== 200 && error?.code !== "ECONNRESET");
  if (bad.length > 0) throw new Error(`${bad.length} of ${samples.length} requests: ${JSON.stringify(bad[0])}`);
  return samples;
}

/** Switches the site to a version that is on its host. */
export async function move(sandbox: Sandbox, version: string, way: Way): Promise<SwitchReport> {
  const [plan, context] = sandboxSwitch(sandbox, version);
  const whole = { ...plan, opcache: opcachePlan(ways[way]) };
  const { value } = await overSsh(sandbox.connection, (transport) => switchTo(transport, whole, context, () => {}));
  return value.report;
}

/** php-fpm's workers that a signal has ended. */
export function crashes(sandbox: Sandbox): number {
  const log = join(sandbox.dir, "php/error.log");
  return existsSync(log) ? (readFileSync(log, "utf8").match(/exited on signal/g)?.length ?? 0) : 0;
}
