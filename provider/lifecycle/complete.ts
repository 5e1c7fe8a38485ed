import { releaseDir, rootDir, type Site } from "../site.ts";
import type { NginxPlan, OpcachePlan, SmokePlan } from "../switch/plan.ts";
import { OpcacheVia } from "../switchArgs.ts";
import { standing } from "./owner.ts";
import { completeProbe } from "./probe.ts";
import type { CommonInputs, SwitchInputs } from "./shapes.ts";
import { derived } from "./unknown.ts";

/** The inputs of a switch with every default that depends on another input. */
export interface CompleteSwitch extends Site {
  readonly releaseDir: string;
  readonly rootDir: string;
  readonly smoke: SmokePlan;
  readonly probe: SwitchInputs["probe"];
  readonly opcache: OpcachePlan;
  readonly nginx: NginxPlan;
  readonly commitTimeout: number;
}

export function includePathOf({ includePath, deployPath }: CommonInputs): string {
  return includePath ?? derived([deployPath], () => `${deployPath}/root_dir.nginx.conf`);
}

export function releaseDirOf({ deployPath, version }: CommonInputs): string {
  return derived([deployPath, version], () => releaseDir(deployPath, version));
}

/** Empty when the resource's name is none either: then `serverName` must be given. */
export function serverNameOf(inputs: SwitchInputs): string {
  const { name } = standing(inputs.__urn);
  return inputs.serverName ?? (/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/i.test(name) ? name : "");
}

export function completeSwitch(inputs: SwitchInputs): CompleteSwitch {
  const { deployPath, version, publicDir } = inputs;
  const site: Site = { serverName: serverNameOf(inputs), deployPath, publicDir, includePath: includePathOf(inputs) };
  const probe = completeProbe(inputs.probe, site.serverName);
  return {
    ...site,
    releaseDir: releaseDirOf(inputs),
    rootDir: derived([deployPath, version, publicDir], () => rootDir(site, version)),
    smoke: inputs.smoke,
    probe,
    opcache: completeOpcache(inputs.opcache),
    nginx: inputs.nginx,
    commitTimeout: inputs.commitTimeout ?? derived([probe, probe.timeout], () => probe.timeout + 30),
  };
}

function completeOpcache(opcache: SwitchInputs["opcache"]): OpcachePlan {
  return derived([opcache], () => ({
    ...opcache,
    via: opcache.via ?? usualVia(opcache),
    cachetool: opcache.cachetool ?? "cachetool",
  }));
}

function usualVia({ url, cachetool }: SwitchInputs["opcache"]): OpcacheVia {
  if (url !== undefined) return OpcacheVia.Http;
  return cachetool === undefined ? OpcacheVia.Fastcgi : OpcacheVia.Cachetool;
}
