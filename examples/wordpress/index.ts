import { remote } from "@pulumi/command";
import { Config, interpolate } from "@pulumi/pulumi";
import { SiteHost, SiteRelease } from "pulumi-site-release";

const config = new Config();
const connection = {
  host: config.require("host"), //       where root's key lets in; the agent has it
  hostKey: config.require("hostKey"), // "ssh-ed25519 AAAA…"
};
const host = new SiteHost("blog.example.com", {
  connection,
  deployPath: "/var/www/blog.example.com",
  publicDir: ".",
  phpExtensions: ["curl", "gd", "intl", "mbstring", "mysql", "xml", "zip"],
  packages: ["mariadb-server"],
  opcacheEndpoint: false, // opcache is cleared through php-fpm's socket
  serverBlockLines: [
    "client_max_body_size 64m;",
    // The web root is the release itself: what is no page is not served, and what people upload is never run.
    "location ~* ^/wp-content/uploads/.*[.](?:php|phtml|phar)$ { deny all; }",
    "location ~* ^/(?:wp-config|xmlrpc[.]php$) { deny all; }",
    "location ~* [.](?:log|sql|md|lock|dist|bak|old|orig|save|swp)(?:[.](?:gz|bz2|xz|zst|zip))?$|~$ { deny all; }",
    "location ~* ^/(?!wp-content/uploads/).*[.](?:tar|tgz|gz|bz2|xz|zst|zip|7z|rar)$ { deny all; }",
    "location ~* /(?:(?:readme|license|changelog)[.](?:txt|html)|(?:composer|package|package-lock)[.]json)$ { deny all; }",
  ],
});

const password = config.requireSecret("databasePassword").apply((text) => {
  // It stands in SQL as it is.
  if (!/^[0-9a-f]+$/.test(text)) throw new Error("databasePassword is not hex, as of `openssl rand -hex 24`");
  return text;
});
const database = new remote.Command(
  "database",
  {
    connection,
    create: "mariadb",
    stdin: interpolate`CREATE DATABASE IF NOT EXISTS blog;
      CREATE USER IF NOT EXISTS blog@localhost IDENTIFIED BY '${password}';
      ALTER USER blog@localhost IDENTIFIED BY '${password}';
      GRANT ALL ON blog.* TO blog@localhost;`,
    addPreviousOutputInEnv: false,
  },
  { dependsOn: host },
);

// PHP keeps what it compiled of wp-config.php, which has one path for all releases; a text is read at each request.
const secret = new remote.Command(
  "database-password",
  {
    connection: host.connection,
    create:
      "cd /var/www/blog.example.com && mkdir -p shared && umask 027 && cat >shared/.database-password.new && chgrp www-data shared/.database-password.new && mv shared/.database-password.new shared/.database-password",
    stdin: password,
    addPreviousOutputInEnv: false,
  },
  { dependsOn: database },
);

// It is read by way of a link from the release, whose path WordPress has found by then: no ABSPATH here. The keys and salts are WordPress's
// own, in its database.
const settings = new remote.Command("wp-config", {
  connection: host.connection,
  create:
    "cd /var/www/blog.example.com && mkdir -p shared && umask 027 && cat >shared/wp-config.php.new && chgrp www-data shared/wp-config.php.new && mv shared/wp-config.php.new shared/wp-config.php",
  stdin: `<?php
define('DB_NAME', 'blog');
define('DB_USER', 'blog');
define('DB_PASSWORD', trim(file_get_contents('/var/www/blog.example.com/shared/.database-password')));
define('DB_HOST', 'localhost');
define('DB_CHARSET', 'utf8mb4');
define('DISALLOW_FILE_MODS', true); // plugins, themes and updates come as a release
define('DISABLE_WP_CRON', true); //    cron does it
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
`,
  addPreviousOutputInEnv: false,
});

const version = config.require("version");
const site = new SiteRelease(
  "blog.example.com",
  {
    connection: host.connection, // as the user deploy, with the same key
    deployPath: host.deployPath,
    pools: host.pools,
    version,
    source: `./builds/${version}`, // WordPress with its plugins and themes
    publicDir: ".",
    exclude: ["/wp-config.php", "/wp-content/uploads"],
    sharedFiles: ["wp-config.php"],
    sharedDirs: ["wp-content/uploads"],
    writableDirs: ["wp-content/uploads"],
    steps: [
      {
        name: "database",
        when: "after",
        command: `php -r '$_SERVER["HTTP_HOST"] = "blog.example.com"; define("WP_INSTALLING", true); require "wp-load.php";
          require "wp-admin/includes/upgrade.php"; wp_upgrade();'`,
      },
    ],
  },
  { dependsOn: [database, secret, settings] },
);
export const live = site.liveVersion;
