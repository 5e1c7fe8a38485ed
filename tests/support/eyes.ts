import type { Status } from "../../provider/cli/status.ts";
import type { Site } from "../../provider/site.ts";
import type { Strategy } from "../../provider/switchArgs.ts";
import { hostLook } from "./hostLook.ts";

/** A way to look at a site's host: whatever it is, the same is asked of it. */
export interface Eyes {
  readonly site: Site;
  readonly nginx: { readonly pidFile: string; readonly confDir: string; readonly test?: string };
  /** What names the live root. */
  readonly strategy: Strategy;
  /** How many workers nginx has; absent: one for each processor. */
  readonly workerCount?: number;
  /** What the site answers to "/" with a version. */
  page(version: string): string;
  /** Runs a script there as somebody who may see everything; it has to succeed. */
  must(script: string): Promise<string>;
  /** One GET of the site over a fresh connection. */
  http(path: string): Promise<{ readonly status: number; readonly body: string }>;
  /** What `npx pulumi-site-release status --json` would print. */
  status(): Promise<Status>;
}

/** What a host shows of a site at one moment. */
export interface Seen {
  /** The include's text; "" without one. By `strategy: symlink` what `current` names, as an include would say it. */
  readonly include: string;
  readonly rootThere: boolean;
  /** `nginx -t` */
  readonly green: boolean;
  /** The directories whose lock somebody holds. */
  readonly locked: readonly string[];
  /** The target of `current`; "" without one. */
  readonly current: string;
  readonly journal: string;
  /** Temporary files, and what is staged or thrown away. */
  readonly left: readonly string[];
  /** How many workers serve, and how many should. */
  readonly workers: readonly [number, number];
  /** What is not as its manifest has it, in those releases that must be whole. */
  readonly broken: readonly string[];
  /** What fresh connections were answered. */
  readonly answers: readonly { readonly status: number; readonly body: string }[];
  readonly status: Status;
}

const FRESH_CONNECTIONS = 8;

export async function look(eyes: Eyes): Promise<Seen> {
  // The workers are waited for there; only then does an answer say anything.
  const host = await hostLook(eyes);
  const [status, ...answers] = await Promise.all([
    eyes.status(),
    ...Array.from({ length: FRESH_CONNECTIONS }, () => eyes.http("/")),
  ]);
  return { ...host, answers, status };
}
