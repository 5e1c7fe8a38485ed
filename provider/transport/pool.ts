import { createHash } from "node:crypto";
import type { Connection, Local } from "./connection.ts";
import type { Notice } from "./dial.ts";
import { localTransport } from "./local.ts";
import { openSsh } from "./openSsh.ts";
import type { SshTransport } from "./sshTransport.ts";
import type { Transport } from "./transport.ts";

/** A connection that everybody in this process shares who means the same host, user and credentials. */
interface Shared {
  readonly opening: Promise<SshTransport>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

// Long enough for the next resource of the same update, too short for a host to wonder.
const IDLE_SECONDS = 30;

const pool = new Map<string, Shared>();

/** Lends the connection to a host for as long as `use` runs; it is opened on first need and closed when nobody has used it for a while. */
export async function withTransport<T>(
  target: Connection | Local,
  use: (transport: Transport) => Promise<T>,
  notice: Notice = () => {},
): Promise<T> {
  if ("local" in target) return use(localTransport());
  const key = poolKey(target);
  const shared = pool.get(key) ?? share(key, target, notice);
  shared.users++;
  clearTimeout(shared.idle);
  try {
    const transport = await shared.opening;
    transport.hold(true);
    return await use(transport);
  } finally {
    shared.users--;
    if (shared.users === 0) await rest(key, shared);
  }
}

function share(key: string, connection: Connection, notice: Notice): Shared {
  const shared: Shared = { opening: openSsh(connection, notice), users: 0, idle: undefined };
  const forget = (): void => {
    if (pool.get(key) === shared) pool.delete(key);
  };
  pool.set(key, shared);
  // Neither a failed attempt nor a lost connection is lent again.
  shared.opening.then((transport) => transport.lost.addEventListener("abort", forget, { once: true }), forget);
  return shared;
}

/** Nobody uses it: it may stay for a while, but must not keep the process. */
async function rest(key: string, shared: Shared): Promise<void> {
  const transport = await shared.opening.catch(() => undefined);
  if (transport === undefined || shared.users > 0) return;
  transport.hold(false);
  clearTimeout(shared.idle);
  shared.idle = setTimeout(() => {
    if (pool.get(key) === shared) pool.delete(key);
    transport.close();
  }, IDLE_SECONDS * 1000);
  shared.idle.unref();
}

/** Two connections are the same when everything but the patience of connecting is; a digest, so that no secret is kept as a key. */
function poolKey({ dialErrorLimit: _limit, perDialTimeout: _timeout, proxy, ...own }: Connection): string {
  const canonical = JSON.stringify([sorted(own), proxy === undefined ? null : sorted(proxy)]);
  return createHash("sha256").update(canonical).digest("hex");
}

function sorted(fields: object): unknown[] {
  return Object.entries(fields)
    .filter(([name, value]) => value !== undefined && name !== "dialErrorLimit" && name !== "perDialTimeout")
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
