import { release, step, switch as traffic } from "../../provider/lifecycle/index.ts";
import type { Properties, Verbs } from "../../provider/lifecycle/verbs.ts";
import { isForRelease, isForStep, isForSwitch } from "../../provider/resourceArgs.ts";
import type { PlainArgs } from "./stack.ts";

/** The outputs of a site's two resources. */
export interface Applied {
  readonly release: Properties;
  readonly switch: Properties;
}

/**
 * What a first `pulumi up` makes of a SiteRelease, without Pulumi and so in a tenth of its time: both resources are checked and then
 * created, in that order, in this process. Rejects with the text that Pulumi would show.
 */
export async function apply(args: PlainArgs, name = "example.com"): Promise<Applied> {
  const wanted = await check(release, only(args, isForRelease), urn("Release", "test", name));
  const switched = await check(traffic, only(args, isForSwitch), urn("Switch", "test", name));
  return { release: (await release.create(wanted)).outs, switch: (await traffic.create(switched)).outs };
}

/** The text of the error that the args end in. */
export async function refusedBy(args: PlainArgs): Promise<string> {
  try {
    await apply(args);
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** The checked inputs of a resource; rejects with what is wrong with them. */
export async function check(verbs: Verbs, news: PlainArgs, __urn: string, olds: Properties = {}): Promise<Properties> {
  const { inputs, failures } = await verbs.check(olds, { ...news, __urn });
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
  return inputs;
}

export function urn(type: string, stack: string, name = "example.com"): string {
  return `urn:pulumi:${stack}::site::pulumi-site-release:index:SiteRelease$pulumi-nodejs:dynamic/pulumi-site-release:${type}::${name}`;
}

/** The args that are a resource's. */
export function only(args: PlainArgs, isFor: (name: string) => boolean): PlainArgs {
  return Object.fromEntries(Object.entries(args).filter(([name]) => isFor(name)));
}

/** A resource as the component declares it. */
export interface Wanted {
  readonly verbs: Verbs;
  readonly type: string;
  readonly name: string;
  readonly args: PlainArgs;
}

/** In the order of siteRelease.ts. */
export function resourcesOf(args: PlainArgs): readonly Wanted[] {
  const name = "example.com";
  const steps = (args.steps ?? []) as readonly PlainArgs[];
  const isAfter = ({ when }: PlainArgs) => when === "after";
  const [beforeSteps, after] = [steps.filter((one) => !isAfter(one)), steps.filter(isAfter)];
  const stepsOf = (some: readonly PlainArgs[]) =>
    some.map((one) => ({
      verbs: step,
      type: "Step",
      name: `${name}-${one.name}`,
      args: { ...only(args, isForStep), step: one },
    }));
  const ofSwitch = {
    ...only(args, isForSwitch),
    ...(after.length > 0 && { afterSteps: after.map((one) => one.name) }),
    ...(beforeSteps.length > 0 && { beforeSteps }),
  };
  return [
    { verbs: release, type: "Release", name, args: only(args, isForRelease) },
    ...stepsOf(beforeSteps),
    { verbs: traffic, type: "Switch", name, args: ofSwitch },
    ...stepsOf(after),
  ];
}
