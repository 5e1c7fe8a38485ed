import type { Connection, Endpoint } from "../transport/connection.ts";
import { parseHostKey, sameKey } from "../transport/hostKey.ts";
import type { PlaceInputs } from "./shapes.ts";
import { isSame } from "./state.ts";
import { isUnknown } from "./unknown.ts";

/** A site stays the same resource from version to version. */
export function idOf({ connection, deployPath }: PlaceInputs): string {
  return `${connection?.host ?? "localhost"}:${deployPath}`;
}

/** The inputs whose change makes it another site: it is created there, and left here. */
export function replacedBy(olds: PlaceInputs, news: PlaceInputs): string[] {
  const replaces: string[] = [];
  if (olds.deployPath !== news.deployPath) replaces.push("deployPath");
  if (olds.local !== news.local) replaces.push("local");
  else if (hasNewAddress(olds, news) && !hasSameKey(olds.connection, news.connection)) replaces.push("connection");
  return replaces;
}

/** The host is to be found at another place, be it another machine or not. */
export function hasNewAddress(olds: PlaceInputs, news: PlaceInputs): boolean {
  return isUnknown(news.connection) || !isSame(address(olds.connection), address(news.connection));
}

function address(connection: Connection | undefined) {
  return connection && { to: place(connection), through: connection.proxy && place(connection.proxy) };
}

function place({ host, port }: Endpoint) {
  return { host, port };
}

/** One machine can have two names; its key is one. Comments do not count. */
function hasSameKey(old: Connection | undefined, now: Connection | undefined): boolean {
  if (old?.hostKey === undefined || now?.hostKey === undefined) return false;
  const [before, after] = [parseHostKey(old.hostKey), parseHostKey(now.hostKey)];
  return before !== undefined && after !== undefined && sameKey(before, after);
}
