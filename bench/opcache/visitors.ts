import type { Sample } from "../../tests/support/load/evaluate.ts";
import { type Load, startLoad } from "../../tests/support/load.ts";
import type { Machine } from "../../tests/support/machine.ts";

/** Requests a second while a release is switched to, and while releases fill the cache: so few that none of them waits where each compiles what it runs. */
export const RATE = 40;
export const FEW = 20;
/** What they ask for, in turn: a page that is rendered each time, one that is kept, a form, and three lists. */
const PAGES = ["", "?id=edit", "?do=edit", "?do=index", "?do=search&q=page", "?do=recent"];

/** Visitors of a machine's site, so many a second. */
export function visit({ address, serverName }: Machine, rate: number): Load {
  const site = { url: `http://${address}/`, pages: PAGES, host: serverName, rate, connections: 8 };
  return startLoad({ ...site, maxSeconds: 1200 });
}

/** The requests, of which all but those on connections that a reload closed must have had a whole page of one version. */
export function answered(samples: readonly Sample[]): readonly Sample[] {
  const bad = samples.filter(({ answer, error }) => (answer ? !isWhole(answer) : error?.code !== "ECONNRESET"));
  if (bad.length > 0) throw new Error(`${bad.length} of ${samples.length} requests: ${JSON.stringify(bad[0])}`);
  return samples;
}

function isWhole({ status, versions }: NonNullable<Sample["answer"]>): boolean {
  return status === 200 && versions.length === 3 && new Set(versions).size === 1;
}
