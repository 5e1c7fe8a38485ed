import { Config } from "@pulumi/pulumi";
import { SiteRelease } from "pulumi-site-release";

const config = new Config();
const site = new SiteRelease("example.com", {
  connection: { host: config.require("host"), user: "deploy" },
  deployPath: "/var/www/example.com", // deploy_path
  version: config.require("version"), // release_name
  sharedDirs: ["storage"], //            shared_dirs
  sharedFiles: [".env"], //              shared_files
});
export const live = site.liveVersion;
