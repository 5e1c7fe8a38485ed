import type { Site } from "../site.ts";
import type { BeforeStep } from "../step/plan.ts";

/** The commands and places of the host's nginx. */
export interface NginxPlan {
  /** The command that tests the configuration; absent: `nginx -t`, with `sudo --non-interactive` unless the user is root. */
  readonly test?: string;
  /** The command that reloads; absent: `systemctl reload nginx.service` (without systemd `nginx -s reload`), with sudo unless root. */
  readonly reload?: string;
  /** How long each of the two may take. */
  readonly timeout: number;
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

/** The requests to the switched site, each on a fresh connection. Times are in seconds. */
export interface ProbePlan {
  /** Asked from this machine; absent: nginx is asked from its own host. */
  readonly url?: string;
  readonly path: string;
  readonly scheme: "http" | "https";
  /** Where nginx listens, as seen from its host; with `url`, what that names. */
  readonly address: string;
  readonly port: number;
  /** The Host header, and the name that a certificate must have. */
  readonly host: string;
  /** Certificates in PEM that are trusted besides those of this machine. */
  readonly ca?: string;
  readonly method: string;
  /** Further headers of the requests; their values may be secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** Statuses that pass; empty: see the default rule in verdict.ts. */
  readonly expectStatus: readonly number[];
  /** A regular expression for each header that the answer must have. */
  readonly expectHeaders: Readonly<Record<string, string>>;
  readonly expectBody?: string;
  /** How many good answers in a row are wanted. */
  readonly count: number;
  readonly interval: number;
  readonly timeout: number;
}

/** How the new code comes into php-fpm's opcache, and the old code leaves it. */
export interface OpcachePlan {
  readonly policy: "auto" | "invalidate" | "reset" | "none";
  readonly via: "fastcgi" | "http" | "cachetool";
  /** The localhost endpoint, with `via: "http"`. */
  readonly url?: string;
  /** Headers of the requests to it; their values are secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** The command or the phar on the host, with `via: "cachetool"`. */
  readonly cachetool: string;
  /** Globs of files in a release that are compiled besides those that the live one has cached. */
  readonly warm: readonly string[];
  /** Paths that are asked of the new release before the switch. */
  readonly warmUrls: readonly string[];
  /** How long all of that may take, in seconds. */
  readonly warmTimeout: number;
  readonly whenFull: "reset" | "skip" | "fail";
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
  /** "symlink": nginx follows `current` at each request; "include": it reads the include at each reload. */
  readonly strategy: "include" | "symlink";
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
  /** The steps before this switch that can be undone, in their order. */
  readonly beforeSteps: readonly BeforeStep[];
}
