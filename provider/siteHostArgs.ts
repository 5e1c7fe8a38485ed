import type * as pulumi from "@pulumi/pulumi";
import type { HostConnectionArgs } from "./connectionArgs.ts";
import type { Strategy } from "./switchArgs.ts";

/** What is made of a bare Debian or Ubuntu host so that a SiteRelease can serve one site on it. */
export interface SiteHostArgs {
  /**
   * The login that sets the host up: root, or a user that sudo lets become root without a password. It goes through
   * `@pulumi/command`, which knows no key files: what `privateKeyPath` names is read, and is kept in the state as a secret; an agent
   * keeps it out. A change runs every step again, which then changes nothing.
   */
  connection: pulumi.Input<HostConnectionArgs>;
  /**
   * The site's directory, absolute, as in "/var/www/example.com"; made where it is missing, and never removed. A change makes another
   * one.
   */
  deployPath: pulumi.Input<string>;
  /**
   * The name that requests ask for. Files of the site on the host have it in their names; a change makes new ones and removes the old.
   * @default the resource's name, if it is a DNS name
   */
  serverName?: pulumi.Input<string>;
  /**
   * The nginx include that names the live root. A change makes another one; the old one stays.
   * @default "<deployPath>/root_dir.nginx.conf"
   */
  includePath?: pulumi.Input<string>;
  /**
   * How SiteRelease moves traffic, "include" or "symlink", which needs neither the include nor a right. A change writes the other server
   * block, which serves what is live.
   * @default "include"
   */
  strategy?: Strategy;
  /**
   * The web root inside a release, as SiteRelease has it. A change is for the server block of "symlink".
   * @default "public"
   */
  publicDir?: pulumi.Input<string>;
  /**
   * What nginx listens on for the site: a port or address:port each. A change is tested and reloaded.
   * @default ["80", "[::]:80"]
   */
  listen?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The PHP that serves the site, as in "8.3"; apt must know its packages. A change installs it and moves the server block to it; the
   * old one stays installed.
   * @default the distribution's, or the newest that is there
   */
  phpVersion?: pulumi.Input<string>;
  /**
   * The extensions of PHP that the site needs and that are packages of their own, as in "mbstring", "xml" or "mysql": for each the package
   * of the `phpVersion`. A change installs what is new in it; nothing is ever removed.
   * @default []
   */
  phpExtensions?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Further packages of apt's, as in "mariadb-server". A change installs what is new in it; nothing is ever removed.
   * @default []
   */
  packages?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The user that puts releases on the host; made where it is missing, and never removed. A change makes another one, and the
   * directories must be given to it by hand.
   * @default "deploy"
   */
  deployUser?: pulumi.Input<string>;
  /**
   * The public keys that let in as that user, as lines of authorized_keys without options. A key that is taken off the list no longer
   * lets in; what else is in the user's authorized_keys stays.
   * @default those that let in as the login of `connection`
   */
  authorizedKeys?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The deploy user may write php-fpm's socket: a release is then tried before it gets traffic, and opcache is cleared by FastCGI. It
   * lets that user run any PHP as the pool's user, as every release does that it puts there. A change is for the next login.
   * @default true
   */
  poolAccess?: pulumi.Input<boolean>;
  /**
   * The deploy user may read nginx's error log, so that the error of a failed probe shows what nginx says of it: by the group adm, as on
   * Debian and Ubuntu. That group reads the other logs of the host too, of all sites and of logins, so it is given only where it is
   * asked for; `false` takes it away. A change is for the next login.
   * @default the group is neither given nor taken away
   */
  logAccess?: pulumi.Input<boolean>;
  /**
   * Writes the site's server block. A block that somebody else made for `serverName`, or edited, is left alone in any case, and the
   * difference is shown. Without it the output `serverBlock` is for a file of your own.
   * @default true
   */
  manageServerBlock?: boolean;
  /**
   * Further lines for the server block, before its own locations, as in "client_max_body_size 64m;" or a location that denies what the
   * site does not serve. With `strategy` "symlink" a location that serves files needs `root $root_dir;`. A change is tested and reloaded.
   * @default []
   */
  serverBlockLines?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Makes the endpoint that clears opcache from the host itself, for SiteRelease's `opcache.url`.
   * @default true
   */
  opcacheEndpoint?: boolean;
  /**
   * The endpoint's loopback port; sites of one host have one each.
   * @default 9180
   */
  opcachePort?: pulumi.Input<number>;
  /**
   * Writes opcache's settings for php-fpm, and reloads it if the site is not live yet. They hold for all sites of that PHP: with
   * `validate_timestamps=0`, code that is edited in place is not read again until php-fpm's next restart.
   * @default true
   */
  opcacheSettings?: boolean;
  /**
   * How many PHP files of a release requests come to run: opcache is sized by it. A change is read by php-fpm's next restart.
   * @default 2000
   */
  opcacheFiles?: pulumi.Input<number>;
  /**
   * How many releases opcache has room for. A change is read by php-fpm's next restart.
   * @default 4
   */
  opcacheReleases?: pulumi.Input<number>;
  /**
   * How long nginx answers one more request on an idle connection after a reload, in seconds, where it can (from 1.27.4 on); so long
   * its old workers and their release stay. It holds for all sites of the host.
   * @default 10
   */
  keepaliveMinTimeout?: pulumi.Input<number>;
}
