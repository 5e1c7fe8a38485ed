import type { Connection, LocalHost } from "./connection.ts";
import type { Transport } from "./transport.ts";

/** Runs `use` over the one connection of this process to the host; rejects before `use` is called when there is none to be had. */
export declare function withTransport<T>(
  host: Connection | LocalHost,
  use: (transport: Transport) => Promise<T>,
): Promise<T>;
