import { SiteReleaseError } from "../errors.ts";
import { withTransport } from "../transport/pool.ts";
import type { Transport } from "../transport/transport.ts";
import { within } from "./deadline.ts";
import { hostOf } from "./localPath.ts";
import type { CommonInputs } from "./shapes.ts";

/** Works on the host that the inputs name. */
export function onHost<T>(
  inputs: CommonInputs,
  verb: "create" | "update",
  use: (transport: Transport) => Promise<T>,
): Promise<T> {
  return withTransport(hostOf(inputs), (transport) => within(inputs.timeout?.[verb], transport, use));
}

/** What came of asking a host that may be gone. */
export type Asked<T> = { readonly value: T } | { readonly reached: boolean; readonly failure: SiteReleaseError };

/** Works on a host that may be gone; whatever else goes wrong there is told as well, since it must not stop a whole stack. */
export async function askHost<T>(
  inputs: CommonInputs,
  seconds: number | undefined,
  use: (transport: Transport) => Promise<T>,
): Promise<Asked<T>> {
  let reached = false;
  try {
    const value = await withTransport(hostOf(inputs), (transport) => {
      reached = true;
      return within(seconds, transport, use);
    });
    return { value };
  } catch (failure) {
    if (!(failure instanceof SiteReleaseError)) throw failure;
    return { reached, failure };
  }
}
