import type * as pulumi from "@pulumi/pulumi";

/** Where a step stands in a release. */
export const StepWhen = {
  /** Between the upload and the switch; its failure stops the switch. */
  Before: "before",
  /** When the version is live. */
  After: "after",
} as const;
export type StepWhen = (typeof StepWhen)[keyof typeof StepWhen];

/** Which changes of the live version a step is run for. */
export const StepRunOn = {
  /** The first time that a version goes live on its host. */
  Deploy: "deploy",
  /** Each time that a version comes back that was live before. */
  Rollback: "rollback",
  /** Each change of the live version. */
  Both: "both",
} as const;
export type StepRunOn = (typeof StepRunOn)[keyof typeof StepRunOn];

/** A command of the site's own before or after the switch. Only a change of the live version runs it, never a change of these fields. */
export interface SiteStepArgs {
  /**
   * Letters, digits, "_" and "-", 64 at most: the step's resource is "<name of the site>-<name>". A step with another name is another
   * step; it runs from the next version on.
   */
  name: string;
  /**
   * What /bin/sh runs in the release, with RELEASE, VERSION and DEPLOY_PATH in its environment and nothing on standard input. What it
   * prints is shown, and its last 64 kB are kept in the state. What it leaves running must have its output elsewhere.
   */
  command: pulumi.Input<string>;
  /** "before" or "after" the switch. Steps of one kind run in the order of the list. */
  when: StepWhen;
  /**
   * "deploy", "rollback" or "both".
   * @default "deploy"
   */
  runOn?: pulumi.Input<StepRunOn>;
  /**
   * How long it may take, in seconds; then it is ended with everything it started.
   * @default 600
   */
  timeout?: pulumi.Input<number>;
  /**
   * What undoes a step before the switch, as `command` is run and as long as that may take. It runs when the switch fails and an earlier
   * version is proved to serve, and only if the step ran for this very change of the version; the last step's comes first. The next
   * update to the version runs the step again. A change is for later switches.
   * @default none: what the step did stays done
   */
  onRestore?: pulumi.Input<string>;
}
