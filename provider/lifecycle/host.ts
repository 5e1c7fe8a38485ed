import { SiteReleaseError } from "../errors.ts";
import type { Reporter } from "../progress.ts";
import { withTransport } from "../transport/pool.ts";
import type { Transport } from "../transport/transport.ts";
import { within } from "./deadline.ts";
import { hostOf } from "./localPath.ts";
import type { CommonInputs, PlaceInputs } from "./shapes.ts";

/** Works on the host that the inputs name. */
export function onHost<T>(
  inputs: PlaceInputs,
  verb: "create" | "update",
  report: Reporter,
  use: (transport: Transport) => Promise<T>,
): Promise<T> {
  return withTransport(hostOf(inputs), (transport) => within(inputs.timeout?.[verb], transport, use), report.status);
}

// A host that is gone must not hold up a refresh for minutes, and a new one that is not up yet is nothing to ask about.
function impatient(inputs: CommonInputs): CommonInputs {
  const { connection } = inputs;
  return connection === undefined ? inputs : { ...inputs, connection: { ...connection, dialErrorLimit: 1 } };
}

/** What came of asking a host that may be gone. */
export type Asked<T> = { readonly value: T } | { readonly reached: boolean; readonly failure: SiteReleaseError };

/** Works on a host that may be gone; whatever else goes wrong there is told as well, since it must not stop a whole stack. */
export async function askHost<T>(
  inputs: CommonInputs,
  seconds: number | undefined,
  report: Reporter,
  use: (transport: Transport) => Promise<T>,
): Promise<Asked<T>> {
  let reached = false;
  try {
    const work = (transport: Transport) => {
      reached = true;
      return within(seconds, transport, use);
    };
    return { value: await withTransport(hostOf(impatient(inputs)), work, report.status) };
  } catch (failure) {
    if (!(failure instanceof SiteReleaseError)) throw failure;
    return { reached, failure };
  }
}
