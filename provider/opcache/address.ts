import { SiteReleaseError } from "../errors.ts";
import type { Address } from "../transport/transport.ts";

/** Where a php-fpm pool listens, from its text: "/run/php/php8.2-fpm.sock", "127.0.0.1:9000" or "[::1]:9000". */
export function poolAddress(text: string): Address {
  const address = parsed(text);
  if (address !== undefined) return address;
  throw new SiteReleaseError("pool-malformed", {
    action: "use the php-fpm pool",
    observed: `"${text}" is neither a socket's absolute path nor host:port`,
    expected: 'what the pool\'s "listen" says, as in "/run/php/php8.2-fpm.sock" or "127.0.0.1:9000"',
  });
}

/** Whether a text is the address of a pool. */
export function isPoolAddress(text: string): boolean {
  return parsed(text) !== undefined;
}

function parsed(text: string): Address | undefined {
  // sun_path has 108 bytes, one of them for the end (unix(7)).
  if (text.startsWith("/") && Buffer.byteLength(text) < 108 && !/\p{Cc}/u.test(text)) return { socket: text };
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** The text of a pool's address, as a person writes it. */
export function poolName(pool: Address): string {
  if ("socket" in pool) return pool.socket;
  return pool.host.includes(":") ? `[${pool.host}]:${pool.port}` : `${pool.host}:${pool.port}`;
}
