import type { SiteReleaseArgs } from "./args.ts";

type Name = keyof SiteReleaseArgs;

/** What both resources are told. */
const COMMON = [
  "connection",
  "local",
  "deployPath",
  "version",
  "publicDir",
  "includePath",
  "onUnreachable",
] as const satisfies readonly Name[];

/** What only a Switch is told. */
const SWITCH_ONLY = [
  "serverName",
  "pools",
  "opcache",
  "smoke",
  "probe",
  "nginx",
  "strategy",
  "lockTimeout",
  "commitTimeout",
  "reloadTimeout",
  "drainTimeout",
  "allowPendingEdits",
  "takeOver",
] as const satisfies readonly Name[];

/** What a Release is told. */
export type ReleaseArgs = Omit<SiteReleaseArgs, (typeof SWITCH_ONLY)[number]>;
/** What a Switch is told. */
export type SwitchArgs = Pick<SiteReleaseArgs, (typeof COMMON | typeof SWITCH_ONLY)[number]>;

/** An input of a Release; also every name that nobody knows, so that its check can say so. */
export function isForRelease(name: string): boolean {
  return !SWITCH_ONLY.some((known) => known === name);
}

/** An input of a Switch. */
export function isForSwitch(name: string): boolean {
  return [...COMMON, ...SWITCH_ONLY].some((known) => known === name);
}
