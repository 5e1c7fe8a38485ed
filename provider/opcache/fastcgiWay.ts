import { SiteReleaseError } from "../errors.ts";
import type { Address, Transport } from "../transport/transport.ts";
import { poolAddress, poolName } from "./address.ts";
import { chrootOf, inChroot, questionInChroot } from "./chroot.ts";
import { diagnosePool } from "./pool.ts";
import { phpRefusal } from "./refusal.ts";
import { askPhp, type PoolAnswer } from "./request.ts";
import { scriptRequest } from "./scriptRequest.ts";
import { type OpcacheWay, replied } from "./way.ts";

/** Straight to a pool, which runs host/opcache.php. */
export function fastcgiWay(transport: Transport, pool: string, scriptPath: string): OpcacheWay {
  return {
    place: pool,
    ask: (question, seconds) =>
      replied(question, async (asked) => {
        const address = poolAddress(pool);
        const ask = (chroot: string): Promise<PoolAnswer> => {
          const body = JSON.stringify({ ...questionInChroot(question, chroot), nonce: asked.nonce });
          return askPhp(transport, address, scriptRequest(inChroot(scriptPath, chroot), body), seconds);
        };
        const answer = await askInside(transport, address, scriptPath, ask, seconds).catch((error: unknown) =>
          explained(transport, address, error),
        );
        const refusal = phpRefusal(answer, scriptPath);
        if (refusal !== undefined) throw new Error(`${refusal.why}. ${refusal.next}`);
        return { status: answer.status, body: answer.body.toString("utf8"), said: answer.stderr };
      }),
  };
}

/** Asks as if the pool saw the host's own disk, and where it finds nothing there, by the view that it is found to have. */
export async function askInside(
  transport: Transport,
  address: Address,
  scriptPath: string,
  ask: (chroot: string) => Promise<PoolAnswer>,
  seconds: number,
): Promise<PoolAnswer> {
  const answer = await ask("");
  if (answer.status !== 404 || !/Primary script unknown/.test(answer.stderr)) return answer;
  const chroot = await chrootOf(transport, address, scriptPath, seconds);
  return chroot === undefined ? answer : ask(chroot);
}

async function explained(transport: Transport, pool: Address, error: unknown): Promise<never> {
  if (!(error instanceof SiteReleaseError) || error.reason !== "pool-unreachable") throw error;
  const { why, next } = await diagnosePool(transport, pool);
  throw new SiteReleaseError(
    error.reason,
    { action: `reach php-fpm at ${poolName(pool)}`, host: transport.host, observed: why, next },
    { cause: error },
  );
}
