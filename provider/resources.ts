import * as pulumi from "@pulumi/pulumi";
import { hiddenInputs, secretConnection, secretOpcache, typeOf } from "./hidden.ts";
import { nodeFault } from "./node.ts";
import { providerText } from "./providerText.ts";
import type { ReleaseReport, StepReport, SwitchReport } from "./report.ts";
import type { ReleaseArgs, StepArgs, SwitchArgs } from "./resourceArgs.ts";

// Said before anything is declared: an older one fails in the middle of an upload, and npm only warns of it.
const fault = nodeFault(process.versions.node);
if (fault !== undefined) throw new pulumi.RunError(fault);

/** Puts one version of a site on its host, complete and checked; it never touches traffic. */
export class Release extends pulumi.CustomResource {
  /** The version that lies on the host. */
  declare readonly version: pulumi.Output<string>;
  /** Where it lies: "<deployPath>/releases/<version>". */
  declare readonly releaseDir: pulumi.Output<string>;
  /** The sha256 of its content, by the host's own manifest. */
  declare readonly releaseDigest: pulumi.Output<string>;
  /** "complete" while it is what its manifest says. */
  declare readonly releaseState: pulumi.Output<string>;
  /** How it came to be on the host. */
  declare readonly report: pulumi.Output<ReleaseReport>;
  /** False when the last refresh could not ask the host. */
  declare readonly reachable: pulumi.Output<boolean>;
  /** The public key that the host proved to have; absent with `local`. */
  declare readonly hostKeySeen: pulumi.Output<string | undefined>;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = {
      releaseDir: undefined,
      releaseDigest: undefined,
      releaseState: undefined,
      report: undefined,
      reachable: undefined,
      hostKeySeen: undefined,
    };
    const connection = secretConnection(args.connection);
    const hidden = hiddenInputs(name, "Release", opts);
    super(
      typeOf("Release"),
      name,
      { ...outputs, ...args, connection, ...hidden, __provider: providerText("release") },
      opts,
    );
  }
}

/** Moves a site's traffic to one version, verified, and restores the old one by itself if the new one is not well. */
export class Switch extends pulumi.CustomResource {
  /** The version that was switched to. */
  declare readonly version: pulumi.Output<string>;
  /** The version that the include names, or `current` with `strategy: "symlink"`. */
  declare readonly liveVersion: pulumi.Output<string>;
  /** The version that was live before; absent after the first switch. */
  declare readonly previousVersion: pulumi.Output<string | undefined>;
  /** Where the live release lies. */
  declare readonly releaseDir: pulumi.Output<string>;
  /** The web root that nginx was given. */
  declare readonly rootDir: pulumi.Output<string>;
  /** The nginx include that names the web root. */
  declare readonly includePath: pulumi.Output<string>;
  /** The name that requests ask for. */
  declare readonly serverName: pulumi.Output<string>;
  /** What the last switch did. */
  declare readonly report: pulumi.Output<SwitchReport>;
  /** False when the last refresh could not ask the host. */
  declare readonly reachable: pulumi.Output<boolean>;
  /** The public key that the host proved to have; absent with `local`. */
  declare readonly hostKeySeen: pulumi.Output<string | undefined>;

  constructor(name: string, args: SwitchArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = {
      liveVersion: undefined,
      previousVersion: undefined,
      releaseDir: undefined,
      rootDir: undefined,
      includePath: undefined,
      serverName: undefined,
      report: undefined,
      reachable: undefined,
      hostKeySeen: undefined,
    };
    const connection = secretConnection(args.connection);
    const hidden = hiddenInputs(name, "Switch", opts);
    super(
      typeOf("Switch"),
      name,
      {
        ...outputs,
        ...args,
        connection,
        opcache: secretOpcache(args.opcache),
        ...hidden,
        __provider: providerText("switch"),
      },
      opts,
    );
  }
}

/** A command of the site's own for each version that goes live, run at most once for a change of the live version. */
export class Step extends pulumi.CustomResource {
  /** The version that it was asked about last. */
  declare readonly version: pulumi.Output<string>;
  /** What the command printed when it was due last, both streams, 64 kB at most of its end; empty where it was not due. */
  declare readonly stdout: pulumi.Output<string>;
  /** Whether it ran at the last change of the version, and why. */
  declare readonly report: pulumi.Output<StepReport>;

  constructor(name: string, args: StepArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { stdout: undefined, report: undefined };
    const connection = secretConnection(args.connection);
    const hidden = hiddenInputs(name, "Step", opts);
    super(typeOf("Step"), name, { ...outputs, ...args, connection, ...hidden, __provider: providerText("step") }, opts);
  }
}
