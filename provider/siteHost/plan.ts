import { SiteReleaseError } from "../errors.ts";
import { Faults, object, type Parsed } from "../lifecycle/fields.ts";
import { opcacheScript } from "../opcache/script.ts";
import { nginxSnippet } from "../serverBlock.ts";
import { includeText, placeholderRoot } from "../site.ts";
import { opcacheEndpoint, sudoersFor } from "../texts.ts";
import { opcacheSettings } from "./opcacheSettings.ts";
import { siteHostShape } from "./shape.ts";
import { signed } from "./signed.ts";

/** All that the steps of a SiteHost write and need to know. */
export interface HostPlan extends Parsed<typeof siteHostShape> {
  readonly includePath: string;
  /** php-fpm's socket. */
  readonly pool: string;
  readonly placeholder: string;
  /** The site's server block, as a person may take it. */
  readonly serverBlock: string;
  readonly endpoint: { readonly script: string; readonly php: string; readonly block: string; readonly url: string };
  readonly sudo: { readonly file: string; readonly text: string };
  readonly opcacheIni: string;
  readonly keepalive: { readonly file: string; readonly text: string };
}

/** The plan of a SiteHost, from its inputs with all values known; throws what is wrong with them. */
export function hostPlan(inputs: Readonly<Record<string, unknown>>): HostPlan {
  const args = checked(inputs);
  const { serverName, deployPath, phpVersion, listen, strategy, publicDir, serverBlockLines: lines } = args;
  const includePath = args.includePath ?? `${deployPath}/root_dir.nginx.conf`;
  // Debian and Ubuntu keep this link to the socket of their newest php-fpm (php-fpm-socket-helper).
  const pool = phpVersion === undefined ? "/run/php/php-fpm.sock" : `/run/php/php${phpVersion}-fpm.sock`;
  const script = `/usr/local/lib/site-release/${serverName}/${opcacheScript().name}`;
  const {
    serverBlock: endpointBlock,
    php,
    url,
  } = opcacheEndpoint({ pool, scriptPath: script, port: args.opcachePort });
  return {
    ...args,
    includePath,
    pool,
    placeholder: includeText(placeholderRoot(deployPath)),
    serverBlock: nginxSnippet({ serverName, deployPath, includePath, pool, listen, strategy, publicDir, lines }),
    endpoint: { script, php, block: signed(endpointBlock, "#"), url },
    // sudo does not read a file with a dot in its name.
    sudo: {
      file: `/etc/sudoers.d/site-release-${serverName.replaceAll(".", "_")}`,
      text: signed(sudoersFor({ user: args.deployUser }), "#"),
    },
    opcacheIni: signed(opcacheSettings({ files: args.opcacheFiles, releases: args.opcacheReleases }), ";"),
    keepalive: {
      file: "/etc/nginx/conf.d/site-release-keepalive.conf",
      text: signed(`keepalive_min_timeout ${args.keepaliveMinTimeout}s;\n`, "#"),
    },
  };
}

function checked(inputs: Readonly<Record<string, unknown>>): Parsed<typeof siteHostShape> {
  try {
    return object(siteHostShape).parse(inputs, "");
  } catch (error) {
    if (!(error instanceof Faults)) throw error;
    throw unfit(error.message);
  }
}

/** An input that was refused before anything was touched. */
export function unfit(observed: string): SiteReleaseError {
  return new SiteReleaseError("host-unfit", { action: "set up a host", observed });
}
