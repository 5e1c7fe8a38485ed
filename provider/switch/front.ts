import { poolAddress } from "../opcache/address.ts";
import { inChroot } from "../opcache/chroot.ts";
import { askInside } from "../opcache/fastcgiWay.ts";
import { askPhp, type PoolAnswer } from "../opcache/request.ts";
import { rootDir, type Site } from "../site.ts";
import type { Address, Transport } from "../transport/transport.ts";
import type { SmokePlan, SwitchPlan } from "./plan.ts";

/** A release's front controller, and the pool that runs it. */
export interface Front {
  readonly pool: Address;
  readonly site: Site;
  readonly version: string;
  /** A script of ours on the host, by which a pool's chroot is found. */
  readonly scriptPath?: string;
}

/** The front controller of the version that a plan wants. */
export function frontOf(
  { site, version }: Pick<SwitchPlan, "site" | "version">,
  pool: string,
  scriptPath: string,
): Front {
  return { pool: poolAddress(pool), site, version, scriptPath };
}

/** One request to the front controller of a release straight through php-fpm, as nginx would hand it on. Throws as askPhp() does. */
export function askFront(
  transport: Transport,
  { pool, site, version, scriptPath }: Front,
  { method, path, headers }: Pick<SmokePlan, "method" | "path" | "headers">,
  seconds: number,
): Promise<PoolAnswer> {
  const ask = (chroot: string): Promise<PoolAnswer> => {
    const root = inChroot(rootDir(site, version), chroot);
    const script = { scriptFilename: `${root}/index.php`, scriptName: "/index.php", documentRoot: root };
    const request = { ...script, method, path, headers, host: site.serverName, port: 80, body: Buffer.alloc(0) };
    return askPhp(transport, pool, request, seconds);
  };
  return scriptPath === undefined ? ask("") : askInside(transport, pool, scriptPath, ask, seconds);
}
