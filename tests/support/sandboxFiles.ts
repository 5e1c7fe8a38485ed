import type { Strategy } from "../../provider/switchArgs.ts";
import type { Account } from "./account.ts";

/** Where everything of a sandbox is. */
export interface Layout {
  readonly dir: string;
  readonly serverName: string;
  readonly deployPath: string;
  readonly includePath: string;
  readonly strategy: Strategy;
  readonly opcacheRoot: string;
  readonly pool: string;
  readonly ports: { readonly ssh: number; readonly http: number; readonly opcache: number };
}

export function sshdConfig({ dir, ports }: Layout, account: Account, environment: string): string {
  return `ListenAddress 127.0.0.1:${ports.ssh}
HostKey ${dir}/ssh/host_key
AuthorizedKeysFile ${dir}/ssh/authorized_keys
AllowUsers ${account.name}
PidFile none
# The directories above ours are everybody's, /tmp among them.
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
SetEnv ${environment}
`;
}

export function nginxConfig(layout: Layout): string {
  const { dir, ports, opcacheRoot, pool } = layout;
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `    ${kind}_temp_path ${dir}/nginx/${kind};`,
  );
  return `daemon off;
worker_processes 2;
pid ${dir}/nginx/nginx.pid;
error_log ${dir}/nginx/error.log notice;
events {
    worker_connections 1024;
}
http {
${temp.join("\n")}
    access_log off;
    types {
        text/html html;
        text/css css;
        text/javascript js;
        image/svg+xml svg;
    }

${siteBlock(layout)}

    server {
        listen 127.0.0.1:${ports.opcache};
        root ${opcacheRoot};

        location ~ \\.php$ {
            include fastcgi_params;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_param DOCUMENT_ROOT $document_root;
            fastcgi_pass unix:${pool};
        }
    }
}
`;
}

/** The site's server block, as an administrator would write it for a strategy. */
export function siteBlock({ strategy, ports, serverName, includePath, deployPath, pool }: Layout): string {
  const byLink = strategy === "symlink";
  const maps = `    map $server_name $real_root { default $realpath_root; }
    map $real_root $pinned_root { "" ${deployPath}/.site-release/empty; default $real_root; }
`;
  const root = byLink
    ? `root ${deployPath}/current/public;\n        set $root_dir $pinned_root;`
    : `include ${includePath};\n        root $root_dir;`;
  const pinned = byLink ? "\n            root $root_dir;" : "";
  return `${byLink ? maps : ""}    server {
        listen 127.0.0.1:${ports.http};
        server_name ${serverName};
        ${root}
        index index.php index.html;

        location / {${pinned}
            try_files $uri /index.php$is_args$args;
        }

        location ~ \\.php$ {${pinned}
            include fastcgi_params;
            fastcgi_param SCRIPT_FILENAME $root_dir$fastcgi_script_name;
            fastcgi_param DOCUMENT_ROOT $root_dir;
            fastcgi_pass unix:${pool};
        }
    }`;
}

export const fastcgiParams = `fastcgi_param QUERY_STRING $query_string;
fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param CONTENT_TYPE $content_type;
fastcgi_param CONTENT_LENGTH $content_length;
fastcgi_param SCRIPT_NAME $fastcgi_script_name;
fastcgi_param REQUEST_URI $request_uri;
fastcgi_param DOCUMENT_URI $document_uri;
fastcgi_param SERVER_PROTOCOL $server_protocol;
fastcgi_param REQUEST_SCHEME $scheme;
fastcgi_param GATEWAY_INTERFACE CGI/1.1;
fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;
fastcgi_param REMOTE_ADDR $remote_addr;
fastcgi_param REMOTE_PORT $remote_port;
fastcgi_param SERVER_ADDR $server_addr;
fastcgi_param SERVER_PORT $server_port;
fastcgi_param SERVER_NAME $server_name;
fastcgi_param REDIRECT_STATUS 200;
`;

export function phpFpmConfig({ dir, pool }: Layout): string {
  return `[global]
error_log = ${dir}/php/error.log
daemonize = no

[site]
listen = ${pool}
pm = static
pm.max_children = 8
pm.status_path = /status
`;
}

/** Read beside the settings of the machine's own PHP. */
export const phpSettings = `opcache.enable=1
opcache.validate_timestamps=0
`;
