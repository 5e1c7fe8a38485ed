import { spawnSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import { must } from "./command.ts";

/** The wire between this host and a machine, in a network namespace of its own; `number` tells it from others'. */
export interface Link {
  readonly namespace: string;
  /** The end on this host. */
  readonly device: string;
  /** The machine's address, in the range that RFC 2544 set aside for such tests. */
  readonly address: string;
}

export function linkOf(number: number): Link {
  return { namespace: `site-release-${number}`, device: `sr${number}`, address: `198.18.${number}.2` };
}

export function isFree(number: number): boolean {
  const taken = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  return !taken.includes(`198.18.${number}.1`);
}

export function addLink(number: number): void {
  const { namespace, device, address } = linkOf(number);
  must("ip", "netns", "add", namespace);
  must("ip", "link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", namespace);
  must("ip", "addr", "add", `198.18.${number}.1/24`, "dev", device);
  must("ip", "link", "set", device, "up");
  must("ip", "-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0");
  must("ip", "-n", namespace, "link", "set", "eth0", "up");
  must("ip", "-n", namespace, "link", "set", "lo", "up");
}

/** Removes what there is of it. */
export function removeLink(number: number): void {
  const { namespace, device } = linkOf(number);
  // Either may never have been made; what stays is seen by the test that looks for leftovers.
  spawnSync("ip", ["link", "delete", device]);
  spawnSync("ip", ["netns", "delete", namespace]);
}
