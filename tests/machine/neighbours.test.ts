import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { stageRelease } from "../../provider/release/stage.ts";
import { switchTo } from "../../provider/switch/switch.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { opcachePlan } from "../support/opcache.ts";
import { planFor } from "../support/releaseTree.ts";
import { probePlan, siteAt } from "../support/site.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";
import { switchPlanOf } from "../support/switchPlan.ts";

const block = `server {
    listen 80;
    server_name shop.example.com;
    include /var/www/shop/root_dir.nginx.conf;
    root $root_dir;
    location / {
        try_files $uri /index.php;
    }
    location ~ \\.php$ {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $root_dir$fastcgi_script_name;
        fastcgi_pass unix:POOL;
    }
}
`;

// One stack goes through all of it, in this order.
describe("two sites of one stack on one host", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  before(async () => {
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("web1", { suite: "trixie" });
    await machine.must("install -d -o deploy -g deploy /var/www/shop /var/www/shop/empty");
    await machine.writeFile("/var/www/shop/root_dir.nginx.conf", "set $root_dir /var/www/shop/empty;\n");
    await machine.writeFile("/etc/nginx/sites-enabled/shop", block.replace("POOL", machine.pool));
    await machine.must("systemctl reload nginx.service");
  });
  after(async () => {
    stack?.close();
    await machine?.close();
    builds?.close();
  });

  const site = (name: string, deployPath: string, version: string, opts: object = {}, more: PlainArgs = {}) => {
    const source = builds.make(version);
    return {
      name,
      opts,
      args: { connection: machine.connection, deployPath, version, source, drainTimeout: 1, ...more },
    };
  };
  const example = (version: string, opts?: object) => site("example.com", "/var/www/example.com", version, opts);
  const shop = (version: string, opts?: object) => site("shop.example.com", "/var/www/shop", version, opts);
  const up = async (...flags: string[]) => {
    const { code, stdout, stderr } = await stack.up(...flags);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  const served = async () => [
    (await machine.http("/")).body,
    (await machine.http("/", { Host: "shop.example.com" })).body,
  ];
  const logins = async () =>
    Number(await machine.must("journalctl --unit ssh.service --output cat | grep -c 'Accepted publickey' || :"));

  test("are switched side by side over one connection", async () => {
    stack.declareAll([example("1"), shop("2")]);
    await up();
    assert.deepEqual(await served(), ["version 1", "version 2"]);
    assert.equal(await logins(), 1);
  });

  test("--target switches one of them, and the other's change stays to be done", async () => {
    stack.declareAll([example("3"), shop("4")]);
    const urn = (type: string) =>
      `urn:pulumi:test::site::pulumi-site-release:index:SiteRelease$pulumi-nodejs:dynamic/pulumi-site-release:${type}::shop.example.com`;
    await up("--target", urn("Release"), "--target", urn("Switch"));
    assert.deepEqual(await served(), ["version 1", "version 4"]);
    const preview = await stack.preview();
    assert.match(preview, /version\s*: "1" => "3"/);
    assert.doesNotMatch(preview, /"2" => "4"/);
  });

  test("ignoreChanges of the version leaves a site where it is", async () => {
    const { source: _source, ...args } = shop("4").args;
    stack.declareAll([
      example("3", { ignoreChanges: ["version"] }),
      { ...shop("4"), args, opts: { ignoreChanges: ["version"] } },
    ]);
    await up();
    assert.deepEqual(await served(), ["version 1", "version 4"]);
    assert.match(await stack.preview("--expect-no-changes"), /^ {4}7 unchanged$/m);
  });

  test("protect keeps a site from being destroyed", async () => {
    stack.declareAll([example("3", { protect: true }), shop("4")]);
    await up();
    const { code, stdout, stderr } = await stack.destroy();
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /protect/);
    assert.deepEqual(await served(), ["version 3", "version 4"]);
    stack.declareAll([shop("4")]);
    const removed = await stack.up();
    assert.notEqual(removed.code, 0);
    assert.match(removed.stdout + removed.stderr, /example\.com.* cannot be deleted/);
  });

  test("or twenty, at once over one connection, where sshd allows ten sessions", async () => {
    const sites = Array.from({ length: 20 }, (_, index) => ({
      ...siteAt(`/var/www/site${index}`),
      serverName: `site${index}.example.com`,
    }));
    await machine.must(
      sites
        .map(({ deployPath, serverName, includePath }) => {
          const server = `server { listen 80; server_name ${serverName}; include ${includePath}; root $root_dir; }`;
          return `install -d -o deploy -g deploy ${deployPath} ${deployPath}/empty
            echo 'set $root_dir ${deployPath}/empty;' >${includePath}; chown deploy: ${includePath}
            echo '${server}' >/etc/nginx/sites-enabled/${serverName}`;
        })
        .join("\n"),
    );
    await machine.must("nginx -t && systemctl reload nginx.service");
    const before = await logins();
    const transport = await openSsh(machine.connection, () => {});
    const waits = new Set<string>();
    try {
      const source = builds.make("20", { "public/index.html": "twenty" });
      await Promise.all(
        sites.map(async (site) => {
          await stageRelease(
            transport,
            planFor(site.deployPath, { version: "20", publicDir: "public", source }),
            () => {},
          );
          const plan = switchPlanOf("20", {
            site,
            probe: probePlan({ host: site.serverName, expectBody: "^twenty$", expectStatus: [200] }),
            opcache: opcachePlan({ policy: "none" }),
            lockTimeout: 120,
          });
          const owner = { id: site.serverName, stack: "site/test", resource: site.serverName };
          const { report } = await switchTo(transport, plan, { owner, takeOver: true }, (step) => {
            const [, holder] = /^waiting \d+ s for (.*)$/.exec(step) ?? [];
            if (holder !== undefined) waits.add(holder.replace(/^\S+: .*$/, "a site by name"));
          });
          assert.deepEqual(
            [report.status, report.smoke],
            ["switched", "not tried: index.html is the front controller"],
          );
        }),
      );
    } finally {
      transport.close();
    }
    assert.equal(await logins(), before + 1);
    for (const { serverName } of sites)
      assert.deepEqual(await machine.http("/", { Host: serverName }), { status: 200, body: "twenty" });
    // Who waits hears for whom, unless that one has just let go.
    assert.ok(waits.has("a site by name"), [...waits].join(", "));
    assert.match(await machine.must("flock -n /etc/nginx echo free"), /free/);
  });
});
