import { Config } from "@pulumi/pulumi";
import { SiteRelease } from "pulumi-site-release";

const config = new Config();
const site = new SiteRelease("example.com", {
  connection: { host: config.require("host"), user: "deploy" },
  deployPath: "/var/www/example.com",
  version: config.require("version"), // CI has put it into releases/<version>
});
export const live = site.liveVersion;
