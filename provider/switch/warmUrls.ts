import { SiteReleaseError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import { askFront, type Front } from "./front.ts";

/**
 * Asks the new release for pages before anybody else does: what compiling cannot warm (realpath caches, keys of paths with "..", what
 * an application makes at its first request) comes about then. Tells what went wrong; never throws.
 */
export async function askWarmUrls(
  transport: Transport,
  front: Front,
  paths: readonly string[],
  wish: { readonly deadline: number; readonly over: AbortSignal; progress(status: string): void },
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

async function asked(transport: Transport, front: Front, path: string, seconds: number): Promise<string | undefined> {
  try {
    const { status } = await askFront(transport, front, { method: "GET", path, headers: {} }, seconds);
    return status >= 500 ? `answered ${status}` : undefined;
  } catch (error) {
    if (!(error instanceof SiteReleaseError)) throw error;
    return `was not answered: ${error.failure.observed}`;
  }
}
