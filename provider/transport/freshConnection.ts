import type { Duplex } from "node:stream";
import type { Address, Transport } from "./transport.ts";

/**
 * Uses one fresh connection from the host and destroys it, however that ends. Rejects with the transport's error when there was no
 * connection, and with the signal's reason when it fires first.
 */
export async function withConnection<T>(
  transport: Transport,
  address: Address,
  signal: AbortSignal,
  use: (connection: Duplex) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {}); // it may fire when all is over
  const connecting = transport.connect(address);
  try {
    const connection = await Promise.race([connecting, aborted]);
    connection.on("error", () => {}); // whoever reads meets it too; one that comes after the answer is no news
    return await Promise.race([use(connection), aborted]);
  } finally {
    connecting.then((connection) => connection.destroy()).catch(() => {}); // its failure is told by the race
  }
}
