import type { Site } from "../site.ts";

/** The commands and places of the host's nginx. */
export interface NginxPlan {
  /** The command that tests the configuration; absent: `nginx -t`, with `sudo --non-interactive` unless the user is root. */
  readonly test?: string;
  /** The command that reloads; absent: `systemctl reload nginx.service` (without systemd `nginx -s reload`), with sudo unless root. */
  readonly reload?: string;
  readonly pidFile: string;
  /** Carries the host lock, and is searched for edits that nobody has reloaded yet. */
  readonly confDir: string;
}

/** One request to the new release straight through php-fpm, before nginx knows of it. */
export interface SmokePlan {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Statuses that pass; empty: all below 500. */
  readonly expectStatus: readonly number[];
  /** A regular expression that the body must match; absent: any body. */
  readonly expectBody?: string;
}

/** The requests to the switched site through nginx, each on a fresh connection. Times are in seconds. */
export interface ProbePlan {
  readonly path: string;
  readonly scheme: "http" | "https";
  /** Where on the host nginx listens. */
  readonly address: string;
  readonly port: number;
  /** The Host header, and the name that a certificate must have. */
  readonly host: string;
  readonly method: string;
  /** Statuses that pass; empty: see the default rule in probe.ts. */
  readonly expectStatus: readonly number[];
  readonly expectBody?: string;
  /** How many good answers in a row are wanted. */
  readonly count: number;
  readonly interval: number;
  readonly timeout: number;
}

/** How the old code leaves php-fpm's opcache. */
export interface OpcachePlan {
  readonly policy: "invalidate" | "reset" | "none";
  readonly via: "fastcgi" | "http";
  /** The localhost endpoint, with `via: "http"`. */
  readonly url?: string;
}

/** Who has a site on a host, as written there. */
export interface Owner {
  readonly id: string;
  readonly stack: string;
  readonly resource: string;
}

/** Everything that one switch needs to know; times are in seconds. */
export interface SwitchPlan {
  readonly site: Site;
  readonly version: string;
  readonly strategy: "include";
  /** Sockets or host:port of the php-fpm pools; empty: the one that the user can write is found on the host. */
  readonly pools: readonly string[];
  readonly smoke: SmokePlan;
  readonly probe: ProbePlan;
  readonly opcache: OpcachePlan;
  readonly nginx: NginxPlan;
  readonly lockTimeout: number;
  readonly commitTimeout: number;
  readonly reloadTimeout: number;
  readonly drainTimeout: number;
  readonly allowPendingEdits: boolean;
  /** The names of the steps that follow this switch: its commit says so in the journal. */
  readonly afterSteps: readonly string[];
}
