import type * as pulumi from "@pulumi/pulumi";

/** Which old code leaves php-fpm's opcache after a switch. */
export const OpcachePolicy = {
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
} as const;
export type OpcacheVia = (typeof OpcacheVia)[keyof typeof OpcacheVia];

/** How old code leaves php-fpm's opcache. */
export interface OpcacheArgs {
  /**
   * "invalidate", "reset" or "none".
   * @default "invalidate"
   */
  policy?: pulumi.Input<OpcachePolicy>;
  /**
   * "fastcgi" or "http".
   * @default "http" if `url` is given, else "fastcgi"
   */
  via?: pulumi.Input<OpcacheVia>;
  /**
   * The endpoint's URL as seen on the host, as in "http://127.0.0.1:8088/opcache.php".
   * @default none
   */
  url?: pulumi.Input<string>;
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

/** The requests to the switched site through nginx, from the host itself, each on a fresh connection. */
export interface ProbeArgs {
  /**
   * The path and query of the requests.
   * @default "/"
   */
  path?: pulumi.Input<string>;
  /**
   * "http" or "https".
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
   * The method of the requests.
   * @default "GET"
   */
  method?: pulumi.Input<string>;
  /**
   * The statuses that pass.
   * @default [200] for a `path` of its own; for "/" all but 403, 404 and 5xx, and those too if the site answered the same before
   */
  expectStatus?: pulumi.Input<pulumi.Input<number>[]>;
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
