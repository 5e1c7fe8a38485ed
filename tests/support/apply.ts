import { release, switch as traffic } from "../../provider/lifecycle/index.ts";
import type { Properties, Verbs } from "../../provider/lifecycle/verbs.ts";
import { isForRelease, isForSwitch } from "../../provider/resourceArgs.ts";
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
  const wanted = await check(release, only(args, isForRelease), urn("Release", name));
  const switched = await check(traffic, only(args, isForSwitch), urn("Switch", name));
  return { release: (await release.create(wanted)).outs, switch: (await traffic.create(switched)).outs };
}

/** The text of the error that the args end in. */
export async function refusal(args: PlainArgs): Promise<string> {
  try {
    await apply(args);
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

async function check(verbs: Verbs, news: PlainArgs, __urn: string): Promise<Properties> {
  const { inputs, failures } = await verbs.check({}, { ...news, __urn });
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
  return inputs;
}

function urn(type: string, name: string): string {
  return `urn:pulumi:test::site::pulumi-site-release:index:SiteRelease$pulumi-nodejs:dynamic/pulumi-site-release:${type}::${name}`;
}

function only(args: PlainArgs, isFor: (name: string) => boolean): PlainArgs {
  return Object.fromEntries(Object.entries(args).filter(([name]) => isFor(name)));
}
