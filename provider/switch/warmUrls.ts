import { SiteReleaseError } from "../errors.ts";
import type { PoolAnswer } from "../opcache/request.ts";
import { secondsLeft, type WarmWish } from "../opcache/warmTarget.ts";
import type { Transport } from "../transport/transport.ts";
import { askFront, type Front } from "./front.ts";
import type { SmokePlan } from "./plan.ts";

/**
 * Asks the new release for pages before anybody else does: what compiling cannot warm (realpath caches, keys of paths with "..", what
 * an application makes at its first request) comes about then. Tells what went wrong; never throws.
 */
export async function askWarmUrls(
  transport: Transport,
  front: Front,
  paths: readonly string[],
  wish: WarmWish,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const [index, path] of paths.entries()) {
    const seconds = (wish.deadline - performance.now()) / 1000;
    if (seconds <= 0 || wish.over.aborted) {
      notes.push(`${paths.length - index} warm requests were not made: the time was over`);
      break;
    }
    wish.progress(`asking the release for ${path}`);
    const why = await asked(transport, front, path, seconds);
    if (why !== undefined) notes.push(`the warm request GET ${path} ${why}`);
  }
  return notes;
}

/** Makes the smoke's request once more; it passed, so that only no answer at all is told. */
export async function askAgain(
  transport: Transport,
  front: Front,
  { path, method, headers }: SmokePlan,
  wish: WarmWish,
): Promise<readonly string[]> {
  wish.progress(`asking the release for ${path} again`);
  const answer = await tried(() => askFront(transport, front, { method, path, headers }, secondsLeft(wish)));
  return typeof answer === "string" ? [`the smoke's request, made again after the reset, ${answer}`] : [];
}

async function asked(transport: Transport, front: Front, path: string, seconds: number): Promise<string | undefined> {
  const answer = await tried(() => askFront(transport, front, { method: "GET", path, headers: {} }, seconds));
  if (typeof answer === "string") return answer;
  return answer.status >= 500 ? `answered ${answer.status}` : undefined;
}

/** The answer, or why there is none. */
async function tried(ask: () => Promise<PoolAnswer>): Promise<PoolAnswer | string> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof SiteReleaseError)) throw error;
    return `was not answered: ${error.failure.observed}`;
  }
}
