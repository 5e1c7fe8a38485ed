import { SiteReleaseError } from "./errors.ts";
import { poolAddress, poolName } from "./opcache/pool.ts";
import { opcacheScript } from "./opcache/script.ts";

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
  /** What nginx listens on: a port or address:port each. @default ["80", "[::]:80"] */
  readonly listen?: readonly string[];
}

/** The nginx server block of a site whose root a release switch moves. */
export function nginxSnippet(args: NginxSnippetArgs): string {
  const include = path("includePath", args.includePath ?? `${path("deployPath", args.deployPath)}/root_dir.nginx.conf`);
  const listen = (args.listen ?? ["80", "[::]:80"]).map(
    (place) => `    listen ${matching("listen", place, LISTEN, 'a port or address:port, as in "80" or "[::]:80"')};\n`,
  );
  return `server {
${listen.join("")}\
    server_name ${matching("serverName", args.serverName, SERVER_NAME, "a DNS name, as in example.com")};

    # One line, written by each switch: set $root_dir <release>;
    include ${include};
    root $root_dir;
    index index.php index.html;

    # Before the PHP location: the first regular expression that matches is taken.
    location ~ /\\.(?!well-known/) {
        deny all;
    }

    # Not through try_files' directory test: a release without a front controller is a 404, not a 403.
    location = / {
        rewrite ^ /index.php last;
    }

    location / {
        try_files $uri $uri/ /index.php$is_args$args;
    }

    location ~ \\.php$ {
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

/** What the localhost endpoint is made from. */
export interface OpcacheEndpointArgs {
  /** The php-fpm pool: a socket's path, or host:port. */
  readonly pool: string;
  /** Where the PHP file is put on the host; absolute, readable by the pool's user, best owned by root. */
  readonly scriptPath: string;
  /** The loopback port to listen on. @default 9180 */
  readonly port?: number;
}

/** The localhost endpoint through which opcache is cleared without a right to php-fpm's socket. */
export interface OpcacheEndpoint {
  /** The nginx server block. */
  readonly serverBlock: string;
  /** The PHP file, to be put at `scriptPath`. */
  readonly php: string;
  /** What to give as `opcache.url`. */
  readonly url: string;
}

export function opcacheEndpoint(args: OpcacheEndpointArgs): OpcacheEndpoint {
  const listen = port("port", args.port ?? 9180);
  const serverBlock = `server {
    listen 127.0.0.1:${listen};
    access_log off;

    location = /opcache {
        allow 127.0.0.1;
        deny all;
        # The script runs for nobody who cannot set this, and no HTTP request can.
        fastcgi_param SITE_RELEASE_OPCACHE 1;
        fastcgi_param SCRIPT_FILENAME ${path("scriptPath", args.scriptPath)};
        fastcgi_param SCRIPT_NAME /opcache;
        fastcgi_param REQUEST_URI /opcache;
        fastcgi_param REQUEST_METHOD $request_method;
        fastcgi_param CONTENT_TYPE $content_type;
        fastcgi_param CONTENT_LENGTH $content_length;
        fastcgi_param SERVER_PROTOCOL $server_protocol;
        fastcgi_param GATEWAY_INTERFACE CGI/1.1;
        fastcgi_param REMOTE_ADDR $remote_addr;
        fastcgi_param REDIRECT_STATUS 200;
        fastcgi_pass ${fastcgiPass(args.pool)};
    }

    location / {
        return 404;
    }
}
`;
  return { serverBlock, php: opcacheScript().text, url: `http://127.0.0.1:${listen}/opcache` };
}

/** What the sudoers lines are made from. */
export interface SudoersArgs {
  /** The user that switches releases, as in "deploy". */
  readonly user: string;
  /** @default /usr/sbin/nginx */
  readonly nginxPath?: string;
  /** @default /usr/bin/systemctl */
  readonly systemctlPath?: string;
  /** @default nginx.service */
  readonly service?: string;
}

/** A login name that sudoers takes as it stands; upper case is for its aliases, ALL among them. */
export const LOGIN_NAME = /^[a-z_][a-z0-9_.-]{0,31}$/;

/** The two rights that a switch needs, for a file in /etc/sudoers.d. Exact words: with any more, nginx's -c and -g would make the user root. */
export function sudoersFor(args: SudoersArgs): string {
  const user = matching("user", args.user, LOGIN_NAME, "a login name");
  const nginx = path("nginxPath", args.nginxPath ?? "/usr/sbin/nginx");
  const systemctl = path("systemctlPath", args.systemctlPath ?? "/usr/bin/systemctl");
  const unit = /^[A-Za-z0-9_.-]+\.service$/;
  const service = matching("service", args.service ?? "nginx.service", unit, "a unit, as in nginx.service");
  return `${user} ALL=(root) NOPASSWD: ${nginx} -t
${user} ALL=(root) NOPASSWD: ${systemctl} reload ${service}
`;
}

const SERVER_NAME = /^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$/;
const LISTEN = /^(?:(?:[0-9.]+|\[[0-9A-Fa-f:.]+\]):)?[1-9][0-9]{0,4}(?: default_server)?$/;
// No character that nginx, sudo or a shell reads as anything but itself.
const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]+)+$/;

function path(name: string, value: string): string {
  return matching(name, value, PATH, "an absolute path of letters, digits and . _ @ + -");
}

function port(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  throw unfit(name, String(value), "a port from 1 to 65535");
}

function matching(name: string, value: string, pattern: RegExp, expected: string): string {
  if (pattern.test(value)) return value;
  throw unfit(name, JSON.stringify(value), expected);
}

function fastcgiPass(pool: string): string {
  const address = poolAddress(pool);
  return "socket" in address ? `unix:${path("pool", address.socket)}` : poolName(address);
}

function unfit(name: string, observed: string, expected: string): SiteReleaseError {
  return new SiteReleaseError("text-unfit", { action: `write ${name} into a configuration`, observed, expected });
}
