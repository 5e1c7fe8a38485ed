import type * as pulumi from "@pulumi/pulumi";
import type { SiteReleaseArgs } from "./args.ts";
import type { SiteStepArgs } from "./stepArgs.ts";

type Name = keyof SiteReleaseArgs;

/** What Release, Switch and Step are told. */
const PLACE = ["connection", "local", "deployPath", "version"] as const satisfies readonly Name[];

/** What both Release and Switch are told. */
const COMMON = [...PLACE, "publicDir", "includePath", "onUnreachable"] as const satisfies readonly Name[];

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
export type ReleaseArgs = Omit<SiteReleaseArgs, (typeof SWITCH_ONLY)[number] | "steps">;
/** What a Switch is told. */
export interface SwitchArgs extends Pick<SiteReleaseArgs, (typeof COMMON | typeof SWITCH_ONLY)[number]> {
  /**
   * The names of the Steps that follow this switch: its commit says so on the host, so that none is forgotten.
   * @default []
   */
  afterSteps?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The Steps before this switch that have an `onRestore`, in their order: it undoes them if it fails.
   * @default []
   */
  beforeSteps?: SiteStepArgs[];
}
/** What a Step is told. */
export interface StepArgs extends Pick<SiteReleaseArgs, (typeof PLACE)[number]> {
  /** What it runs, and when. */
  step: SiteStepArgs;
}

/** An input of a Release; also every name that nobody knows, so that its check can say so. */
export function isForRelease(name: string): boolean {
  return name !== "steps" && !SWITCH_ONLY.some((known) => known === name);
}

/** An input of a Switch. */
export function isForSwitch(name: string): boolean {
  return [...COMMON, ...SWITCH_ONLY].some((known) => known === name);
}

/** An input of a Step. */
export function isForStep(name: string): boolean {
  return PLACE.some((known) => known === name);
}
