import { Strategy } from "../switchArgs.ts";
import { assignments, hostScript, type ScriptInputs } from "../transport/script.ts";
import type { HostPlan } from "./plan.ts";
import { signed } from "./signed.ts";

/** One step of setting a host up: a resource of its own, in this order. */
export interface HostStep {
  /** The resource is "<name of the SiteHost>-<this>". */
  readonly name: string;
  /** Its script in host/. */
  readonly script: string;
  /** Whether a destroy takes it back; then another serverName is another thing to make. */
  readonly isUndone: boolean;
  inputs(plan: HostPlan): ScriptInputs;
}

/** What is left out of a SiteHost on request. */
export interface Wanted {
  /** The link needs neither the include, nor a right to reload, nor a reload's care for idle connections. */
  readonly strategy: Strategy;
  readonly opcacheSettings: boolean;
  readonly opcacheEndpoint: boolean;
  readonly serverBlock: boolean;
}

const packages: HostStep = {
  name: "packages",
  script: "hostPackages",
  isUndone: false,
  inputs: ({ phpVersion = "", phpExtensions, packages }) => ({
    php_version: phpVersion,
    packages: [...phpExtensions.map((name) => `php${phpVersion}-${name}`), ...packages].join(" "),
  }),
};

const user: HostStep = {
  name: "deploy-user",
  script: "hostUser",
  isUndone: false,
  inputs: ({ serverName, deployUser, authorizedKeys, pool, poolAccess, logAccess }) => ({
    server_name: serverName,
    deploy_user: deployUser,
    authorized_keys: authorizedKeys.join("\n"),
    pool,
    pool_access: wish(poolAccess),
    // Whoever followed the advice of an error has given it by hand.
    log_access: logAccess === undefined ? "" : wish(logAccess),
  }),
};

function wish(isWanted: boolean): string {
  return isWanted ? "yes" : "no";
}

const directories: HostStep = {
  name: "directories",
  script: "hostDirectories",
  isUndone: false,
  inputs: ({ deployUser, deployPath, includePath }) => ({
    deploy_user: deployUser,
    deploy_path: deployPath,
    include_path: includePath,
  }),
};

const sudo: HostStep = {
  name: "sudo-rights",
  script: "hostSudo",
  isUndone: true,
  inputs: ({ sudo }) => ({ sudo_file: sudo.file, sudo_text: sudo.text }),
};

const placeholder: HostStep = {
  name: "include",
  script: "hostPlaceholder",
  isUndone: false,
  inputs: ({ serverName, deployUser, deployPath, publicDir, includePath, placeholder }) => ({
    server_name: serverName,
    deploy_user: deployUser,
    deploy_path: deployPath,
    public_dir: publicDir,
    include_path: includePath,
    placeholder,
  }),
};

const opcacheSettings: HostStep = {
  name: "opcache-settings",
  script: "hostOpcacheSettings",
  isUndone: true,
  inputs: ({ serverName, deployPath, phpVersion = "", pool, opcacheIni }) => ({
    server_name: serverName,
    deploy_path: deployPath,
    php_version: phpVersion,
    pool,
    opcache_settings: opcacheIni,
  }),
};

const endpoint: HostStep = {
  name: "opcache-endpoint",
  script: "hostEndpoint",
  isUndone: true,
  inputs: ({ serverName, opcachePort, endpoint }) => ({
    server_name: serverName,
    endpoint_port: String(opcachePort),
    endpoint_script: endpoint.script,
    endpoint_php: endpoint.php,
    endpoint_block: endpoint.block,
  }),
};

const keepalive: HostStep = {
  name: "keepalive",
  script: "hostKeepalive",
  isUndone: true,
  inputs: ({ keepalive }) => ({ keepalive_file: keepalive.file, keepalive_text: keepalive.text }),
};

const serverBlock: HostStep = {
  name: "server-block",
  script: "hostServerBlock",
  isUndone: true,
  inputs: ({ serverName, deployPath, serverBlock }) => ({
    server_name: serverName,
    deploy_path: deployPath,
    server_block: signed(serverBlock, "#"),
  }),
};

/** The steps in their order: what nginx needs to start comes before what names it. */
export function hostSteps(wanted: Wanted): readonly HostStep[] {
  const isReloaded = wanted.strategy === Strategy.Include;
  return [
    packages,
    user,
    directories,
    ...(isReloaded ? [sudo, placeholder] : []),
    ...(wanted.opcacheSettings ? [opcacheSettings] : []),
    ...(wanted.opcacheEndpoint ? [endpoint] : []),
    ...(isReloaded ? [keepalive] : []),
    ...(wanted.serverBlock ? [serverBlock] : []),
  ];
}

// Which login it is may not be known before the host is. An error of @pulumi/command's shows this line: the script comes behind it.
const shell = (word: string) =>
  `if [ "$(id -u)" = 0 ]; then exec /bin/sh -s ${word}; else exec sudo --non-interactive /bin/sh -s ${word}; fi`;

/** What the login's shell is told. */
export const MAKE = shell("make");
export const UNDO = shell("undo");

/** The script of a step, as it goes to that shell. */
export function stepScript(step: HostStep, plan: HostPlan): string {
  return assignments(step.inputs(plan)) + hostScript(step.script);
}

/** What a step's output warns of, from its first warning on; empty where there is none. */
export function warningIn(stdout: string): string {
  return /^warning: ([\s\S]*)/m.exec(stdout)?.[1]?.trim() ?? "";
}
