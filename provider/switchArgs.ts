import type * as pulumi from "@pulumi/pulumi";

/** How a switch moves traffic to another version. */
export const Strategy = {
  /**
   * The nginx include that names the root is rewritten, and nginx reloads: needs the two sudo rights. That the old version's requests are over
   * is proved, and pending edits of nginx's configuration are seen. nginx before 1.27.4 loses a request on a reused connection now and then.
   */
  Include: "include",
  /**
   * The link `current` is renamed, and nginx follows it at each request: no reload, no right, no request lost with any nginx. Needs root to put
   * the site's server block in place once (`nginxSnippet({ strategy: "symlink" })`), which the first switch checks. When the old version's
   * requests are over cannot be seen: its release stays for an hour at least.
   */
  Symlink: "symlink",
} as const;
export type Strategy = (typeof Strategy)[keyof typeof Strategy];

/** What happens to php-fpm's opcache in a switch. */
export const OpcachePolicy = {
  /**
   * The new release is compiled before the switch, and after it the files of releases that are no rollback target any more are
   * invalidated; only a cache without room for it is emptied as a whole (`whenFull`).
   */
  Auto: "auto",
  /** The files of releases that are no rollback target any more are invalidated. */
  Invalidate: "invalidate",
  /** The whole cache is emptied; every request compiles anew, which costs under load. */
  Reset: "reset",
  /** The cache is left alone. */
  None: "none",
} as const;
export type OpcachePolicy = (typeof OpcachePolicy)[keyof typeof OpcachePolicy];

/** The way into php-fpm's opcache. */
export const OpcacheVia = {
  /** FastCGI straight to the pool, through the connection. */
  Fastcgi: "fastcgi",
  /** An endpoint that only the host itself can ask. */
  Http: "http",
  /** The host's own cachetool, which asks the pool. */
  Cachetool: "cachetool",
} as const;
export type OpcacheVia = (typeof OpcacheVia)[keyof typeof OpcacheVia];

/** What becomes of a new release that php-fpm's opcache has no room for. */
export const OpcacheWhenFull = {
  /** The whole cache is emptied before the switch: the site is slow until it is filled again. */
  Reset: "reset",
  /** The release starts cold, and may stay so. */
  Skip: "skip",
  /** The switch is refused. */
  Fail: "fail",
} as const;
export type OpcacheWhenFull = (typeof OpcacheWhenFull)[keyof typeof OpcacheWhenFull];

/** How new code comes into php-fpm's opcache, and old code leaves it. */
export interface OpcacheArgs {
  /**
   * "auto", "invalidate", "reset" or "none".
   * @default "auto"
   */
  policy?: pulumi.Input<OpcachePolicy>;
  /**
   * "fastcgi", "http" or "cachetool".
   * @default "http" if `url` is given, "cachetool" if `cachetool` is, else "fastcgi"
   */
  via?: pulumi.Input<OpcacheVia>;
  /**
   * The endpoint's URL as seen on the host, as in "http://127.0.0.1:8088/opcache.php".
   * @default none
   */
  url?: pulumi.Input<string>;
  /**
   * Headers of the requests to the endpoint, as in `{ "X-Token": token }`; the values are kept as secrets.
   * @default {}
   */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * cachetool on the host, version 6 or later: a command on the login's PATH, or the path of a phar. It is never downloaded.
   * @default "cachetool"
   */
  cachetool?: pulumi.Input<string>;
  /**
   * Globs of PHP files, relative to the release, that are compiled before the switch besides those that the live release has in the
   * cache, as in "src/**\/*.php".
   * @default []
   */
  warm?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Paths that the new release's front controller is asked for before the switch, by GET and straight through php-fpm.
   * @default []
   */
  warmUrls?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * How long compiling and those requests may take, in seconds; then the switch goes on with what is warm.
   * @default 60
   */
  warmTimeout?: pulumi.Input<number>;
  /**
   * What becomes of a release that the cache has no room for: "reset", "skip" or "fail".
   * @default "reset"
   */
  whenFull?: pulumi.Input<OpcacheWhenFull>;
}

/** One request to the new release straight through php-fpm, before nginx knows of it. */
export interface SmokeArgs {
  /**
   * The path and query of the request.
   * @default "/"
   */
  path?: pulumi.Input<string>;
  /**
   * The method of the request.
   * @default "GET"
   */
  method?: pulumi.Input<string>;
  /**
   * Further headers of the request.
   * @default {}
   */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * The statuses that pass.
   * @default all below 500
   */
  expectStatus?: pulumi.Input<pulumi.Input<number>[]>;
  /**
   * A JavaScript regular expression that the body must match.
   * @default any body
   */
  expectBody?: pulumi.Input<string>;
}

/** The scheme of the probe's requests. */
export const ProbeScheme = { Http: "http", Https: "https" } as const;
export type ProbeScheme = (typeof ProbeScheme)[keyof typeof ProbeScheme];

/** The requests to the switched site, each on a fresh connection: to nginx from its own host, or to `url` from this machine. */
export interface ProbeArgs {
  /**
   * A URL that is asked from the machine that runs Pulumi, in place of path, scheme, address, port and host: what clients come through, as a
   * load balancer. No proxy is used; an answer out of a cache may be the old version's, which `expectHeaders` can tell apart.
   * @default none: nginx is asked from its own host, through the connection
   */
  url?: pulumi.Input<string>;
  /**
   * The path and query of the requests.
   * @default "/"
   */
  path?: pulumi.Input<string>;
  /**
   * "http" or "https"; a certificate must be valid, trusted by this machine, and for `host`.
   * @default "http"
   */
  scheme?: pulumi.Input<ProbeScheme>;
  /**
   * The address on the host where nginx listens.
   * @default "127.0.0.1"
   */
  address?: pulumi.Input<string>;
  /**
   * The port where nginx listens.
   * @default 80, or 443 with `scheme: "https"`
   */
  port?: pulumi.Input<number>;
  /**
   * The Host header, and the name that the certificate must have.
   * @default serverName
   */
  host?: pulumi.Input<string>;
  /**
   * What else https trusts: certificates in PEM, or the path of their file on this machine, relative to the program's directory.
   * @default Node's and this machine's authorities, and NODE_EXTRA_CA_CERTS
   */
  ca?: pulumi.Input<string>;
  /**
   * The method of the requests.
   * @default "GET"
   */
  method?: pulumi.Input<string>;
  /**
   * Further headers of the requests, but Host; a value that is a secret stays one, and no error shows a value.
   * @default {}
   */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * The statuses that pass; a redirect is an answer like any other.
   * @default [200] for a path of its own; for "/" all but 403, 404 and 5xx, and those too if the site answered the same before
   */
  expectStatus?: pulumi.Input<pulumi.Input<number>[]>;
  /**
   * Headers that the answer must have, each with a JavaScript regular expression that it must match, as in `{ "x-version": "^42$" }`.
   * @default {}
   */
  expectHeaders?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * A JavaScript regular expression that the body must match.
   * @default any body
   */
  expectBody?: pulumi.Input<string>;
  /**
   * How many good answers in a row are wanted.
   * @default 1
   */
  count?: pulumi.Input<number>;
  /**
   * The pause between two requests, in seconds.
   * @default 0.5
   */
  interval?: pulumi.Input<number>;
  /**
   * How long the new version has until it must have answered well, in seconds; then the old one is restored.
   * @default 30
   */
  timeout?: pulumi.Input<number>;
}

/** The commands and places of the host's nginx. */
export interface NginxArgs {
  /**
   * The command that tests the configuration.
   * @default "sudo --non-interactive nginx -t"; without sudo for root
   */
  test?: pulumi.Input<string>;
  /**
   * The command that reloads.
   * @default "sudo --non-interactive systemctl reload nginx.service"; without sudo for root, "nginx -s reload" without systemd
   */
  reload?: pulumi.Input<string>;
  /**
   * How long the test and the reload may each take, in seconds; one that takes longer is ended, and what served before serves again.
   * @default 60
   */
  timeout?: pulumi.Input<number>;
  /**
   * The pid file of nginx's master.
   * @default "/run/nginx.pid"
   */
  pidFile?: pulumi.Input<string>;
  /**
   * The directory of nginx's configuration; it carries the host's lock, and is searched for edits that nobody has reloaded yet.
   * @default "/etc/nginx"
   */
  confDir?: pulumi.Input<string>;
}
