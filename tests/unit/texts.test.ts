import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nginxSnippet } from "../../provider/serverBlock.ts";
import { opcacheEndpoint, sudoersFor } from "../../provider/texts.ts";

describe("nginxSnippet", () => {
  it("gives a whole server block", () => {
    const text = nginxSnippet({
      serverName: "example.com",
      deployPath: "/var/www/example.com",
      pool: "/run/php/a.sock",
    });
    assert.equal(
      text,
      `server {
    listen 80;
    listen [::]:80;
    server_name example.com;

    # One line, written by each switch: set $root_dir <release>;
    include /var/www/example.com/root_dir.nginx.conf;
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
        fastcgi_pass unix:/run/php/a.sock;
    }
}
`,
    );
  });

  it("has the maps and the pinned root that a link needs, in each location that serves files", () => {
    const args = { serverName: "a-b.example.com", deployPath: "/var/www/a", pool: "127.0.0.1:9000" };
    const text = nginxSnippet({ ...args, strategy: "symlink", publicDir: "web" });
    assert.deepEqual(
      text
        .split("\n")
        .filter((line) => /^map|root|_dir/.test(line) && !line.includes("#"))
        .map((line) => line.trim()),
      [
        "map $server_name $real_a__b_example_com { default $realpath_root; }",
        'map $real_a__b_example_com $root_a__b_example_com { "" /var/www/a/.site-release/empty; default $real_a__b_example_com; }',
        "root /var/www/a/current/web;",
        "set $root_dir $root_a__b_example_com;",
        "root $root_dir;",
        "root $root_dir;",
        "fastcgi_param SCRIPT_FILENAME $root_dir$fastcgi_script_name;",
        "fastcgi_param DOCUMENT_ROOT $root_dir;",
      ],
    );
    assert.match(nginxSnippet({ ...args, strategy: "symlink", publicDir: "." }), /^ {4}root \/var\/www\/a\/current;$/m);
    assert.throws(() => nginxSnippet({ ...args, strategy: "symlink", publicDir: "a;b" }), /publicDir/);
  });

  it("has further lines before its own locations", () => {
    const args = { serverName: "example.com", deployPath: "/var/www/example.com", pool: "127.0.0.1:9000" };
    const text = nginxSnippet({ ...args, lines: ["client_max_body_size 64m;", "location /a { deny all; }"] });
    assert.ok(
      text.includes(
        "index.html;\n    client_max_body_size 64m;\n    location /a { deny all; }\n\n    # Before the PHP",
      ),
      text,
    );
  });

  it("refuses what nginx would read as more than a word", () => {
    const args = { serverName: "example.com", deployPath: "/var/www/example.com", pool: "127.0.0.1:9000" };
    for (const wrong of [
      { serverName: "a;b" },
      { serverName: "_" },
      { deployPath: "var/www" },
      { deployPath: "/var/www/{x}" },
      { deployPath: "/var/www/../x" },
      { deployPath: "/var/$host/x" },
      { includePath: "/a b" },
      { includePath: "/a;\nroot /" },
      { pool: "/run/a.sock; root /" },
      { pool: "unix:/run/a.sock" },
      { listen: ["80; root /"] },
      { listen: ["*"] },
      { listen: ["99999"] },
      { listen: ["1.2.3:80"] },
      { listen: ["[::1::]:80"] },
      { lines: ["a;\nb;"] },
    ])
      assert.throws(() => nginxSnippet({ ...args, ...wrong }), { name: "SiteReleaseError" }, JSON.stringify(wrong));
    assert.throws(() => nginxSnippet({ ...args, deployPath: "/var/www/{x}" }), {
      message:
        'Cannot write deployPath into a configuration: "/var/www/{x}", expected an absolute path of letters, digits and . _ @ + -',
    });
  });
});

describe("opcacheEndpoint", () => {
  it("gives a server block for localhost only, the file that it runs, and the URL to ask", () => {
    const { serverBlock, php, url } = opcacheEndpoint({ pool: "127.0.0.1:9000", scriptPath: "/usr/local/lib/op.php" });
    assert.equal(url, "http://127.0.0.1:9180/opcache");
    assert.match(php, /^<\?php\n\ndeclare\(strict_types=1\);\n/);
    assert.match(serverBlock, /^server \{\n {4}listen 127\.0\.0\.1:9180;\n/);
    assert.match(serverBlock, /\n {8}allow 127\.0\.0\.1;\n {8}deny all;\n/);
    assert.match(serverBlock, /\n {8}fastcgi_param SCRIPT_FILENAME \/usr\/local\/lib\/op\.php;\n/);
    assert.match(serverBlock, /\n {8}fastcgi_pass 127\.0\.0\.1:9000;\n/);
  });

  it("refuses a port or a path that is none", () => {
    const args = { pool: "127.0.0.1:9000", scriptPath: "/op.php" };
    for (const wrong of [{ port: 0 }, { port: 1.5 }, { port: 65_536 }, { scriptPath: "/op.php;" }, { pool: "x" }])
      assert.throws(() => opcacheEndpoint({ ...args, ...wrong }), { name: "SiteReleaseError" }, JSON.stringify(wrong));
  });
});

describe("sudoersFor", () => {
  it("grants two exact commands and nothing else", () => {
    assert.equal(
      sudoersFor({ user: "deploy" }),
      "deploy ALL=(root) NOPASSWD: /usr/sbin/nginx -t\ndeploy ALL=(root) NOPASSWD: /usr/bin/systemctl reload nginx.service\n",
    );
  });

  it("refuses words that sudo would read as more", () => {
    for (const wrong of [
      { user: "ALL" },
      { user: "ADMINS_2" },
      { user: "a, b" },
      { user: "%staff" },
      { user: "deploy", nginxPath: "/usr/sbin/nginx *" },
      { user: "deploy", systemctlPath: "systemctl" },
      { user: "deploy", service: "nginx.service, ALL" },
    ])
      assert.throws(() => sudoersFor(wrong), { reason: "text-unfit" }, JSON.stringify(wrong));
  });
});
