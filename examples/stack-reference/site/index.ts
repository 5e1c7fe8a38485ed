import { Config, StackReference } from "@pulumi/pulumi";
import { SiteRelease } from "pulumi-site-release";
import { DnsRecord, Monitor } from "./standIns";

const config = new Config();
const host = new StackReference(config.require("hostStack"));
const address = host.requireOutput("address");

const site = new SiteRelease("example.com", {
  connection: {
    host: address,
    hostKey: host.requireOutput("hostKey"),
    user: "deploy",
    privateKey: host.requireOutput("deployKey"), // a secret there, and here
  },
  deployPath: "/var/www/example.com",
  version: config.require("version"),
  source: `./builds/${config.require("version")}`,
});

// Made once a version is live, and then left alone by switches.
new DnsRecord("example.com", { type: "A", value: address }, { dependsOn: site });
// Expects the version that is live: after a switch that failed, still the old one.
new Monitor("example.com", { url: "http://example.com/", version: site.liveVersion });

export const live = site.liveVersion;
