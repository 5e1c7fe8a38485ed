import { SiteReleaseError } from "./errors.ts";
import { poolAddress, poolName } from "./opcache/address.ts";

// No character that nginx, sudo or a shell reads as anything but itself.
const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]+)+$/;

export function path(name: string, value: string): string {
  return matching(name, value, PATH, "an absolute path of letters, digits and . _ @ + -");
}

export function port(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  throw unfit(name, String(value), "a port from 1 to 65535");
}

/** The value, if it is as the pattern wants it. */
export function matching(name: string, value: string, pattern: RegExp, expected: string): string {
  if (pattern.test(value)) return value;
  throw unfit(name, JSON.stringify(value), expected);
}

/** What fastcgi_pass takes. */
export function fastcgiPass(pool: string): string {
  const address = poolAddress(pool);
  return "socket" in address ? `unix:${path("pool", address.socket)}` : poolName(address);
}

export function unfit(name: string, observed: string, expected: string): SiteReleaseError {
  return new SiteReleaseError("text-unfit", { action: `write ${name} into a configuration`, observed, expected });
}
