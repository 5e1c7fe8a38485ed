export { Dedupe, OnUnreachable, type SiteReleaseArgs } from "./args.ts";
export type { ConnectionArgs, ProxyConnectionArgs } from "./connectionArgs.ts";
export type { ReleaseReport, SiteReleaseReport, SwitchReport } from "./report.ts";
export type { ReleaseArgs, SwitchArgs } from "./resourceArgs.ts";
export { Release, Switch } from "./resources.ts";
export { SiteRelease } from "./siteRelease.ts";
export {
  type NginxArgs,
  type OpcacheArgs,
  OpcachePolicy,
  OpcacheVia,
  type ProbeArgs,
  ProbeScheme,
  type SmokeArgs,
} from "./switchArgs.ts";
export {
  type NginxSnippetArgs,
  nginxSnippet,
  type OpcacheEndpoint,
  type OpcacheEndpointArgs,
  opcacheEndpoint,
  type SudoersArgs,
  sudoersFor,
} from "./texts.ts";
