import { remote } from "@pulumi/command";
import { Config } from "@pulumi/pulumi";
import { SiteHost, SiteRelease } from "pulumi-site-release";

const config = new Config();
const host = new SiteHost("shop.example.com", {
  connection: {
    host: config.require("host"), //       where root's key lets in; the agent has it
    hostKey: config.require("hostKey"), // "ssh-ed25519 AAAA…"
  },
  deployPath: "/var/www/shop.example.com",
  strategy: "symlink", // no reload, so no request lost on any nginx
  phpExtensions: ["mbstring", "sqlite3", "xml"],
  serverBlockLines: [
    "client_max_body_size 20m;",
    // What people upload is never run.
    "location ~* ^/storage/.*[.](?:php|phtml|phar)$ { deny all; }",
  ],
});

// What no build holds, as a secret of the stack's, whole or not at all. A release has cached it: a change of it goes live with the next version.
const env = new remote.Command("env", {
  connection: host.connection,
  create:
    "cd /var/www/shop.example.com && mkdir -p shared && umask 027 && cat >shared/.env.new && chgrp www-data shared/.env.new && mv shared/.env.new shared/.env",
  stdin: config.requireSecret("env"),
  addPreviousOutputInEnv: false,
});

const version = config.require("version");
const site = new SiteRelease(
  "shop.example.com",
  {
    connection: host.connection, // as the user deploy, with the same key
    deployPath: host.deployPath,
    pools: host.pools,
    strategy: host.strategy,
    version,
    source: `./builds/${version}`, // with vendor/ and what Vite has built
    exclude: ["/.env", "/public/storage", "/tests", "node_modules/"],
    sharedFiles: [".env"],
    sharedDirs: ["storage/app", "storage/framework/cache", "storage/framework/sessions", "storage/logs"],
    writableDirs: ["storage"], // all of it: the shared ones too
    prepare: [
      "php artisan storage:link",
      "php artisan config:cache",
      "php artisan route:cache",
      "php artisan view:cache",
    ],
    steps: [
      { name: "migrate", when: "before", command: "php artisan migrate --force" },
      { name: "queues", when: "after", runOn: "both", command: "php artisan queue:restart" },
    ],
    probe: { path: "/up" },
  },
  { dependsOn: env },
);
export const live = site.liveVersion;
