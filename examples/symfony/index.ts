import { remote } from "@pulumi/command";
import { Config } from "@pulumi/pulumi";
import { SiteHost, SiteRelease } from "pulumi-site-release";

const config = new Config();
const host = new SiteHost("app.example.com", {
  connection: {
    host: config.require("host"), //       where root's key lets in; the agent has it
    hostKey: config.require("hostKey"), // "ssh-ed25519 AAAA…"
  },
  deployPath: "/var/www/app.example.com",
  phpExtensions: ["intl", "mbstring", "sqlite3", "xml"],
  opcacheEndpoint: false, // opcache is cleared through php-fpm's socket
});

// What no build holds, as a secret of the stack's, whole or not at all. What is live reads it at its next request.
const env = new remote.Command("env", {
  connection: host.connection,
  create:
    "cd /var/www/app.example.com && mkdir -p shared && umask 027 && cat >shared/.env.local.new && chgrp www-data shared/.env.local.new && mv shared/.env.local.new shared/.env.local",
  stdin: config.requireSecret("env"),
  addPreviousOutputInEnv: false,
});

const version = config.require("version");
const site = new SiteRelease(
  "app.example.com",
  {
    connection: host.connection, // as the user deploy, with the same key
    deployPath: host.deployPath,
    pools: host.pools,
    version,
    source: `./builds/${version}`, // with vendor/ and the compiled assets
    exclude: ["/.env.local", "/tests", "/var", "node_modules/"],
    sharedFiles: [".env.local"],
    sharedDirs: ["var/log", "var/share"],
    writableDirs: ["var/cache", "var/log", "var/share"],
    prepare: ["php bin/console cache:clear"],
    steps: [
      {
        name: "migrate",
        when: "before",
        // SQLite would make a file that PHP behind nginx may not write.
        command:
          "touch var/share/app.sqlite && php bin/console doctrine:migrations:migrate --no-interaction --allow-no-migration",
      },
      { name: "workers", when: "after", runOn: "both", command: "php bin/console messenger:stop-workers" },
    ],
    probe: { path: "/up" },
  },
  { dependsOn: env },
);
export const live = site.liveVersion;
