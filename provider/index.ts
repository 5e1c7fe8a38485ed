export { Dedupe, OnUnreachable, type SiteReleaseArgs } from "./args.ts";
export type { ConnectionArgs, HostConnectionArgs, ProxyConnectionArgs } from "./connectionArgs.ts";
export type { ReleaseReport, SiteReleaseReport, StepReport, SwitchReport } from "./report.ts";
export type { ReleaseArgs, StepArgs, SwitchArgs } from "./resourceArgs.ts";
export { Release, Step, Switch } from "./resources.ts";
export { type NginxSnippetArgs, nginxSnippet } from "./serverBlock.ts";
export { SiteHost } from "./siteHost.ts";
export type { SiteHostArgs } from "./siteHostArgs.ts";
export { SiteRelease } from "./siteRelease.ts";
export { type SiteStepArgs, StepRunOn, StepWhen } from "./stepArgs.ts";
export {
  type NginxArgs,
  type OpcacheArgs,
  OpcachePolicy,
  OpcacheVia,
  OpcacheWhenFull,
  type ProbeArgs,
  ProbeScheme,
  type SmokeArgs,
  Strategy,
} from "./switchArgs.ts";
export {
  type OpcacheEndpoint,
  type OpcacheEndpointArgs,
  opcacheEndpoint,
  type SudoersArgs,
  sudoersFor,
} from "./texts.ts";
