import { Config } from "@pulumi/pulumi";
import { SiteHost, SiteRelease } from "pulumi-site-release";

const config = new Config();
const host = new SiteHost("example.com", {
  connection: {
    host: config.require("host"), //       where root's key lets in; the agent has it
    hostKey: config.require("hostKey"), // "ssh-ed25519 AAAA…"
  },
  deployPath: "/var/www/example.com",
});

const version = config.require("version");
const site = new SiteRelease("example.com", {
  connection: host.connection, // as the user deploy, with the same key
  deployPath: host.deployPath,
  pools: host.pools,
  version,
  source: `./builds/${version}`,
});
export const live = site.liveVersion;
