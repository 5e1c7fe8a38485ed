import * as pulumi from "@pulumi/pulumi";
import type { SiteReleaseArgs } from "./args.ts";
import type { SiteReleaseReport } from "./report.ts";
import { isForRelease, isForStep, isForSwitch } from "./resourceArgs.ts";
import { Release, Step, Switch } from "./resources.ts";
import { type SiteStepArgs, StepWhen } from "./stepArgs.ts";

/**
 * One version of a PHP site on one nginx + php-fpm host: it is put there, and traffic is switched to it without a failed request. A
 * version that is not well never gets traffic, or gives it back by itself.
 *
 *     const site = new SiteRelease("example.com", {
 *       connection: { host: "web1.example.com", user: "deploy" },
 *       deployPath: "/var/www/example.com",
 *       version: "42",
 *       source: "./builds/42",
 *     });
 */
export class SiteRelease extends pulumi.ComponentResource {
  /** The version that the include names, or `current` with `strategy: "symlink"`. */
  readonly liveVersion: pulumi.Output<string>;
  /** The version that was live before; empty after the first switch. */
  readonly previousVersion: pulumi.Output<string>;
  /** Where the live release lies on the host. */
  readonly releaseDir: pulumi.Output<string>;
  /** The web root that nginx was given. */
  readonly rootDir: pulumi.Output<string>;
  /** The nginx include that names the web root. */
  readonly includePath: pulumi.Output<string>;
  /** What the last update did, in counts and seconds. */
  readonly report: pulumi.Output<SiteReleaseReport>;

  constructor(name: string, args: SiteReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    // The component keeps no inputs of its own: the engine would record them as done even where a child was not updated.
    super("pulumi-site-release:index:SiteRelease", name, {}, opts);

    const release = new Release(name, only(args, isForRelease), {
      ...childOptions(this, opts, isForRelease),
      ...(opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }),
    });
    const declared = args.steps ?? [];
    const afterSteps = declared.filter(isAfter).map((step) => step.name);
    const beforeSteps = declared.filter((step) => !isAfter(step));
    const steps = new Map<SiteStepArgs, Step>();
    const inOrder = (some: readonly SiteStepArgs[], first: pulumi.Resource) =>
      some.reduce((previous, step) => {
        const options = { ...childOptions(this, opts, isForStep), dependsOn: [first, previous] };
        const child = new Step(`${name}-${step.name}`, { ...only(args, isForStep), step }, options);
        steps.set(step, child);
        return child;
      }, first);
    const last = inOrder(beforeSteps, release);
    const traffic = new Switch(
      name,
      {
        ...only(args, isForSwitch),
        ...(afterSteps.length === 0 ? {} : { afterSteps }),
        ...(beforeSteps.length === 0 ? {} : { beforeSteps }),
      },
      { ...childOptions(this, opts, isForSwitch), dependsOn: [release, last] },
    );
    inOrder(declared.filter(isAfter), traffic);
    children.set(this, {
      release,
      switch: traffic,
      steps: declared.flatMap((step) => steps.get(step) ?? []),
    });

    this.liveVersion = traffic.liveVersion;
    this.previousVersion = traffic.previousVersion.apply((version) => version ?? "");
    this.releaseDir = traffic.releaseDir;
    this.rootDir = traffic.rootDir;
    this.includePath = traffic.includePath;
    this.report = pulumi.output({ release: release.report, switch: traffic.report });
    this.registerOutputs({
      liveVersion: this.liveVersion,
      previousVersion: this.previousVersion,
      releaseDir: this.releaseDir,
      rootDir: this.rootDir,
      includePath: this.includePath,
      report: this.report,
    });
  }

  /** What puts the version on the host. */
  get release(): Release {
    return childrenOf(this).release;
  }

  /** What moves traffic to it. */
  get switch(): Switch {
    return childrenOf(this).switch;
  }

  /** The site's own commands before and after it, in the order of `steps`. */
  get steps(): readonly Step[] {
    return childrenOf(this).steps;
  }
}

function isAfter(step: SiteStepArgs): boolean {
  return step.when === StepWhen.After;
}

interface Children {
  readonly release: Release;
  readonly switch: Switch;
  readonly steps: readonly Step[];
}

// Beside the class, since Pulumi's Analyzer takes every property, private ones too, for an output, and knows no resources of ours.
const children = new WeakMap<SiteRelease, Children>();

function childrenOf(site: SiteRelease): Children {
  const both = children.get(site);
  if (both === undefined) throw new Error("the children of a SiteRelease exist once it is constructed");
  return both;
}

/** Options that the SDK does not hand on by itself, as it does with protect, providers and aliases. */
function childOptions(
  parent: SiteRelease,
  opts: pulumi.ComponentResourceOptions | undefined,
  isFor: (name: string) => boolean,
) {
  const { ignoreChanges, replaceOnChanges, customTimeouts, deletedWith, retainOnDelete, hideDiffs } = opts ?? {};
  return defined({
    parent,
    // A path that a resource does not have is an error to the engine.
    // The source is what to build the version from: who leaves the version alone means both.
    ignoreChanges: ignoreChanges
      ?.flatMap((path) => (path === "version" ? ["version", "source", "archive"] : [path]))
      .filter((path) => path === "*" || isFor(path.split(/[.[]/)[0] ?? "")),
    replaceOnChanges,
    customTimeouts,
    deletedWith,
    retainOnDelete,
    hideDiffs,
  });
}

function only<T extends object>(args: T, isFor: (name: string) => boolean): T {
  return Object.fromEntries(Object.entries(args).filter(([name]) => isFor(name))) as T;
}

function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
