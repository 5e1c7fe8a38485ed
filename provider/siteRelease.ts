import * as pulumi from "@pulumi/pulumi";
import type { SiteReleaseArgs } from "./args.ts";
import type { SiteReleaseReport } from "./report.ts";
import { isForRelease, isForSwitch } from "./resourceArgs.ts";
import { Release, Switch } from "./resources.ts";

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
  /** The version that the include names. */
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

  /** What puts the version on the host. */
  readonly release: Release;
  /** What moves traffic to it. */
  readonly switch: Switch;

  constructor(name: string, args: SiteReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    // The component keeps no inputs of its own: the engine would record them as done even where a child was not updated.
    super("pulumi-site-release:index:SiteRelease", name, {}, opts);

    this.release = new Release(name, only(args, isForRelease), {
      ...this.#childOptions(opts, isForRelease),
      ...(opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }),
    });
    this.switch = new Switch(name, only(args, isForSwitch), {
      ...this.#childOptions(opts, isForSwitch),
      dependsOn: this.release,
    });

    this.liveVersion = this.switch.liveVersion;
    this.previousVersion = this.switch.previousVersion.apply((version) => version ?? "");
    this.releaseDir = this.switch.releaseDir;
    this.rootDir = this.switch.rootDir;
    this.includePath = this.switch.includePath;
    this.report = pulumi.output({ release: this.release.report, switch: this.switch.report });
    this.registerOutputs({
      liveVersion: this.liveVersion,
      previousVersion: this.previousVersion,
      releaseDir: this.releaseDir,
      rootDir: this.rootDir,
      includePath: this.includePath,
      report: this.report,
    });
  }

  /** Options that the SDK does not hand on by itself, as protect, providers and aliases are. */
  #childOptions(opts: pulumi.ComponentResourceOptions | undefined, isFor: (name: string) => boolean) {
    const { ignoreChanges, replaceOnChanges, customTimeouts, deletedWith, retainOnDelete, hideDiffs } = opts ?? {};
    return defined({
      parent: this,
      // A path that a resource does not have is an error to the engine.
      ignoreChanges: ignoreChanges?.filter((path) => path === "*" || isFor(path.split(/[.[]/)[0] ?? "")),
      replaceOnChanges,
      customTimeouts,
      deletedWith,
      retainOnDelete,
      hideDiffs,
    });
  }
}

function only<T extends object>(args: T, isFor: (name: string) => boolean): T {
  return Object.fromEntries(Object.entries(args).filter(([name]) => isFor(name))) as T;
}

function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
