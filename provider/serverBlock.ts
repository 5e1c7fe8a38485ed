import { isIPv4, isIPv6 } from "node:net";
import { fastcgiPass, matching, path, unfit } from "./nginxWords.ts";
import type { Site } from "./site.ts";
import { Strategy } from "./switchArgs.ts";

/** What the server block of a site is made from. */
export interface NginxSnippetArgs {
  /** The site's name, as in "example.com". */
  readonly serverName: string;
  /** The site's directory on the host; absolute. */
  readonly deployPath: string;
  /** The include that names the live root; absolute. @default <deployPath>/root_dir.nginx.conf */
  readonly includePath?: string;
  /** The php-fpm pool: a socket's path, or host:port. */
  readonly pool: string;
  /** How a switch moves the root: as the input of that name. @default "include" */
  readonly strategy?: Strategy;
  /** The web root in a release, which only "symlink" needs to know. @default "public" */
  readonly publicDir?: string;
  /** What nginx listens on: a port or address:port each. @default ["80", "[::]:80"] */
  readonly listen?: readonly string[];
  /** Further lines for it, as in "client_max_body_size 64m;", before its own locations. @default [] */
  readonly lines?: readonly string[];
}

/** The nginx server block of a site whose root a release switch moves; with `strategy: "symlink"` the maps that it needs come before it. */
export function nginxSnippet(args: NginxSnippetArgs): string {
  const { maps, serverRoot, locationRoot } = args.strategy === Strategy.Symlink ? byLink(args) : byInclude(args);
  const listen = (args.listen ?? ["80", "[::]:80"]).map((place) => `    listen ${listening(place)};\n`);
  const lines = (args.lines ?? []).map((line) => `    ${matching("lines", line, LINE, "a line of text")}\n`);
  return `${maps}\
server {
${listen.join("")}\
    server_name ${matching("serverName", args.serverName, SERVER_NAME, "a DNS name, as in example.com")};

${serverRoot}\
    index index.php index.html;
${lines.join("")}\

    # Before the PHP location: the first regular expression that matches is taken.
    location ~ /\\.(?!well-known/) {
        deny all;
    }

    # Not through try_files' directory test: a release without a front controller is a 404, not a 403.
    location = / {
        rewrite ^ /index.php last;
    }

    location / {
${locationRoot}\
        try_files $uri $uri/ /index.php$is_args$args;
    }

    location ~ \\.php$ {
${locationRoot}\
        try_files $uri =404;
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $root_dir$fastcgi_script_name;
        fastcgi_param DOCUMENT_ROOT $root_dir;
        # A request's Proxy header must not look like the environment's HTTP_PROXY.
        fastcgi_param HTTP_PROXY "";
        fastcgi_pass ${fastcgiPass(args.pool)};
    }
}
`;
}

function byInclude({
  includePath,
  deployPath,
}: NginxSnippetArgs): Record<"maps" | "serverRoot" | "locationRoot", string> {
  const include = path("includePath", includePath ?? `${path("deployPath", deployPath)}/root_dir.nginx.conf`);
  const serverRoot = `    # One line, written by each switch: set $root_dir <release>;
    include ${include};
    root $root_dir;
`;
  return { maps: "", serverRoot, locationRoot: "" };
}

function byLink(args: NginxSnippetArgs): Record<"maps" | "serverRoot" | "locationRoot", string> {
  const deployPath = path("deployPath", args.deployPath);
  const { publicDir = "public" } = args;
  if (publicDir !== ".") path("publicDir", `/${publicDir}`);
  const { pin, maps, root } = pinned({ ...args, deployPath, publicDir });
  return {
    maps: `# Each request resolves the link once, and keeps to it: a map's result is kept for the request, also over internal redirects.
# Where the link leads nowhere the result is empty, and nginx would look below its own prefix: hence the second map.
${maps}
`,
    serverRoot: `    # The link, which each switch renames; the pinned root is asked for while this one is in force.
    root ${root};
    set $root_dir ${pin};
`,
    locationRoot: "        root $root_dir;\n",
  };
}

/** The lines that make a server block of one's own follow `current`. */
export function symlinkLines(site: Pick<Site, "serverName" | "deployPath" | "publicDir">): string {
  const { pin, maps, root } = pinned(site);
  return `# at http level
${maps}# in the server block
root ${root};
set $root_dir ${pin};
# in each location that serves files
root $root_dir;
# where PHP is called
fastcgi_param SCRIPT_FILENAME $root_dir$fastcgi_script_name;
fastcgi_param DOCUMENT_ROOT $root_dir;`;
}

function pinned({ serverName, deployPath, publicDir }: Pick<Site, "serverName" | "deployPath" | "publicDir">) {
  const root = publicDir === "." ? `${deployPath}/current` : `${deployPath}/current/${publicDir}`;
  const site = variable(serverName);
  const maps = `map $server_name $real_${site} { default $realpath_root; }
map $real_${site} $root_${site} { "" ${deployPath}/.site-release/empty; default $real_${site}; }
`;
  return { maps, root, pin: `$root_${site}` };
}

// nginx's table of variables takes names of 46 bytes (variables_hash_bucket_size is 64). Two sites that share one mean the same by it.
const LONGEST_VARIABLE = 32;

/** The rest of a name for nginx, whose variables have letters, digits and "_", and begin with no digit. */
function variable(serverName: string): string {
  return serverName
    .toLowerCase()
    .replaceAll("-", "__")
    .replace(/[^a-z0-9_]/g, "_")
    .slice(0, LONGEST_VARIABLE);
}

const SERVER_NAME = /^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$/;
// What it says is nginx's to judge.
const LINE = /^\P{Cc}+$/u;
const LISTEN = /^(?:(?:(?<v4>[0-9.]+)|\[(?<v6>[0-9A-Fa-f:.]+)\]):)?(?<port>[1-9][0-9]{0,4})(?: default_server)?$/;

function listening(place: string): string {
  const { v4, v6, port } = LISTEN.exec(place)?.groups ?? {};
  const isAddress = (v4 === undefined || isIPv4(v4)) && (v6 === undefined || isIPv6(v6));
  if (port !== undefined && Number(port) <= 65_535 && isAddress) return place;
  throw unfit("listen", JSON.stringify(place), 'a port or address:port, as in "80" or "[::]:80"');
}
