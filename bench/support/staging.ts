import type { ReleasePlan, ReleaseResult } from "../../provider/release/plan.ts";
import { readSource, stageRelease } from "../../provider/release/stage.ts";
import type { Connection } from "../../provider/transport/connection.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import type { Transport } from "../../provider/transport/transport.ts";
import { timed } from "./clock.ts";

/** One Release over a new connection; times are in seconds. */
export interface Staged {
  readonly handshake: number;
  /** What came after the handshake. */
  readonly staging: number;
  readonly sentBytes: number;
}

/** Puts a release on a host. What ends otherwise than with `status` is not what is measured. */
export async function stage(
  connection: Connection,
  plan: ReleasePlan,
  status: ReleaseResult["status"],
): Promise<Staged> {
  const reading = readSource(plan); // as an update does it: beside the connecting
  const { handshake, value } = await overSsh(connection, (transport) =>
    timed(() => stageRelease(transport, plan, () => {}, reading)),
  );
  const { seconds, value: result } = value;
  if (result.status !== status) throw new Error(`not what is measured: ${result.status}, not ${status}`);
  return { handshake, staging: seconds, sentBytes: result.sentBytes };
}

/** Opens a connection for `use`, and closes it then; `handshake` is how long opening it took, in seconds. */
export async function overSsh<T>(
  connection: Connection,
  use: (transport: Transport) => Promise<T>,
): Promise<{ readonly handshake: number; readonly value: T }> {
  const { value: transport, seconds: handshake } = await timed(() => openSsh(connection, () => {}));
  try {
    return { handshake, value: await use(transport) };
  } finally {
    transport.close();
  }
}
