import { rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tests/support/command.ts";
import { planFor } from "../../tests/support/releaseTree.ts";
import type { Sandbox } from "../../tests/support/sandbox.ts";
import type { ClientReport, Order } from "./client.ts";
import { type Largest, watchMemory } from "./hostMemory.ts";

/** One release: what its client says, and the host's largest process meanwhile. */
export interface OwnRelease extends ClientReport {
  readonly host: Largest;
}

/** Puts a release on a site of a host, by a process of its own, whose cache only releases of that site share. */
export async function releaseByOwnClient(
  sandbox: Sandbox,
  site: string,
  version: string,
  source: string,
): Promise<OwnRelease> {
  const plan = planFor(siteOf(sandbox, site), { version, source });
  const order: Order = { connection: sandbox.connection, plan, status: "uploaded" };
  const words = [`XDG_CACHE_HOME=${cacheOf(site)}`, process.execPath, join(__dirname, "client.js")];
  const { value, largest } = await watchMemory(sandbox, () => run("env", [...words, JSON.stringify(order)]));
  if (value.code !== 0) throw new Error(`the client ended with ${value.code}: ${value.stderr}`);
  const said: ClientReport = JSON.parse(value.stdout);
  return { ...said, host: largest };
}

/** Removes a site, and what its clients remember. */
export async function forgetSite(sandbox: Sandbox, site: string): Promise<void> {
  await sandbox.deploy(`rm -rf ${siteOf(sandbox, site)}`);
  rmSync(cacheOf(site), { recursive: true });
}

function siteOf({ deployPath }: Sandbox, site: string): string {
  return join(deployPath, site);
}

function cacheOf(site: string): string {
  return join(process.env.XDG_CACHE_HOME ?? "", site);
}
