import { fastcgiPass, matching, path, port } from "./nginxWords.ts";
import { opcacheScript } from "./opcache/script.ts";

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
