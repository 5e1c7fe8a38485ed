import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Config, RunError } from "@pulumi/pulumi";
import { SiteRelease, type SiteReleaseArgs } from "pulumi-site-release";

/** Where the demo's host is and how to reach it: the running demo wrote it down. Of a real host you would write it here. */
type Sandbox = Pick<SiteReleaseArgs, "connection" | "deployPath" | "serverName" | "pools" | "nginx"> & { port: number };

const written = join(__dirname, "../../.demo/sandbox.json");
if (!existsSync(written)) {
  throw new RunError("There is no sandbox to release to: run npm run demo -- --keep first, and leave it running");
}
const { port, ...host }: Sandbox = JSON.parse(readFileSync(written, "utf8"));

const version = new Config().require("version");
const site = new SiteRelease("demo", {
  ...host,
  version,
  source: `./builds/${version}`,
  sharedDirs: ["var"],
  // A person would give it longer; the demo shows how version 4 comes back, and that is worth two seconds.
  probe: { path: "/up", port, timeout: 2 },
});

export const liveVersion = site.liveVersion;
export const report = site.report;
