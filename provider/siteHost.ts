import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "./connectionArgs.ts";
import { SiteReleaseError } from "./errors.ts";
import { secretConnection } from "./hidden.ts";
import { checkedConnection, commandConnection, deployConnection } from "./siteHost/login.ts";
import { hostPlan } from "./siteHost/plan.ts";
import { hostSteps, MAKE, stepScript, UNDO, warningIn } from "./siteHost/steps.ts";
import type { SiteHostArgs } from "./siteHostArgs.ts";
import { Strategy } from "./switchArgs.ts";

/**
 * A bare Debian or Ubuntu host made ready for one site: nginx, php-fpm, the user that releases, and what nginx and opcache need to know
 * of it. Each step is a command of `@pulumi/command`'s on the host, and does nothing where nothing is missing.
 *
 *     const host = new SiteHost("example.com", {
 *       connection: { host: "web1.example.com", hostKey: "ssh-ed25519 AAAA…" },
 *       deployPath: "/var/www/example.com",
 *     });
 */
export class SiteHost extends pulumi.ComponentResource {
  /** The deploy user's login, for SiteRelease: as `connection`, with the same keys; its password apart. */
  readonly connection: pulumi.Output<ConnectionArgs>;
  /** The site's directory. */
  readonly deployPath: pulumi.Output<string>;
  /** The name that requests ask for. */
  readonly serverName: pulumi.Output<string>;
  /** The nginx include that names the live root. */
  readonly includePath: pulumi.Output<string>;
  /** How traffic moves, for SiteRelease's `strategy`. */
  readonly strategy: pulumi.Output<Strategy>;
  /** php-fpm's socket, for SiteRelease's `pools`; empty without `poolAccess`. */
  readonly pools: pulumi.Output<string[]>;
  /** The endpoint for SiteRelease's `opcache.url`; empty without `opcacheEndpoint`. */
  readonly opcacheUrl: pulumi.Output<string>;
  /** The site's server block, whether it was written or not. */
  readonly serverBlock: pulumi.Output<string>;

  constructor(name: string, args: SiteHostArgs, opts?: pulumi.ComponentResourceOptions) {
    // As with SiteRelease, the children alone say what was done.
    super("pulumi-site-release:index:SiteHost", name, {}, opts);
    const { connection: given, ...texts } = args;
    const wanted = { ...texts, serverName: args.serverName ?? name };
    // What is plain is refused here, in plain words; what is an output of something else, by an error of the engine's that has them in it.
    if (isPlain(given)) orRunError(checkedConnection)(given);
    if (isPlain(wanted)) orRunError(hostPlan)(wanted);
    const login = pulumi.output(secretConnection(given)).apply(orRunError(checkedConnection));
    const plan = pulumi.output(wanted).apply(orRunError(hostPlan));
    const steps = hostSteps({
      strategy: args.strategy ?? Strategy.Include,
      opcacheSettings: args.opcacheSettings ?? true,
      opcacheEndpoint: args.opcacheEndpoint ?? true,
      serverBlock: args.manageServerBlock ?? true,
    });
    // Only here, so that who has no SiteHost neither loads that package nor needs its plugin.
    const { Command } = (require("@pulumi/command") as { remote: typeof remote }).remote;
    const commands: remote.Command[] = [];
    for (const step of steps) {
      const previous = commands.at(-1);
      const command = new Command(
        `${name}-${step.name}`,
        {
          connection: login.apply(orRunError(commandConnection)),
          create: MAKE,
          stdin: plan.apply((all) => stepScript(step, all)),
          addPreviousOutputInEnv: false,
          ...(step.isUndone && { delete: UNDO, triggers: [plan.serverName] }),
        },
        {
          ...childOptions(opts),
          parent: this,
          dependsOn: previous ?? opts?.dependsOn ?? [],
          // The other way round what the new one made would be what the old one takes back.
          ...(step.isUndone && { deleteBeforeReplace: true }),
        },
      );
      // The plugin shows what a command says only while it runs.
      command.stdout.apply((stdout) => {
        const warning = warningIn(stdout ?? "");
        const again = `Once that is settled: pulumi up --replace '**::${name}-${step.name}'`;
        if (warning !== "") void pulumi.log.warn(`${warning}\n${again}`, command);
      });
      commands.push(command);
    }

    // What is handed on is known in a preview already, but only once all steps are done in an update. It depends on steps that are never
    // replaced: whatever depends on one that is would be taken for replaced too.
    const lasting = pulumi.all(commands.filter((_, index) => steps[index]?.isUndone === false).map(({ urn }) => urn));
    const done = new Promise((resolve) => pulumi.all(commands.map(({ urn }) => urn)).apply(resolve));
    const afterwards = <T>(value: pulumi.Output<T>) =>
      pulumi.all([value, lasting, done]).apply(([known]) => known as T);
    this.connection = afterwards(
      pulumi.all([login, plan]).apply(([way, { deployUser }]) => deployConnection(way, deployUser)),
    );
    this.deployPath = afterwards(plan.deployPath);
    this.serverName = afterwards(plan.serverName);
    this.includePath = afterwards(plan.includePath);
    this.strategy = afterwards(plan.strategy);
    this.pools = afterwards(plan.apply(({ poolAccess, pool }) => (poolAccess ? [pool] : [])));
    this.opcacheUrl = afterwards(plan.apply(({ opcacheEndpoint, endpoint }) => (opcacheEndpoint ? endpoint.url : "")));
    this.serverBlock = afterwards(plan.serverBlock);
    this.registerOutputs({
      connection: this.connection,
      deployPath: this.deployPath,
      serverName: this.serverName,
      includePath: this.includePath,
      strategy: this.strategy,
      pools: this.pools,
      opcacheUrl: this.opcacheUrl,
      serverBlock: this.serverBlock,
    });
  }
}

/** Options that the SDK does not hand on by itself. */
function childOptions(opts: pulumi.ComponentResourceOptions | undefined): pulumi.CustomResourceOptions {
  const { customTimeouts, deletedWith, retainOnDelete } = opts ?? {};
  return {
    ...(customTimeouts !== undefined && { customTimeouts }),
    ...(deletedWith !== undefined && { deletedWith }),
    ...(retainOnDelete !== undefined && { retainOnDelete }),
  };
}

function isPlain(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return false;
  return typeof value !== "object" || value === null || Object.values(value).every(isPlain);
}

/** What was refused ends the program with its message alone, without a stack. */
function orRunError<From, To>(from: (value: From) => To): (value: From) => To {
  return (value) => {
    try {
      return from(value);
    } catch (error) {
      throw error instanceof SiteReleaseError ? new pulumi.RunError(error.message) : error;
    }
  };
}
