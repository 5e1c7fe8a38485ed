import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Agent, startAgent } from "../support/agent.ts";
import { Builds } from "../support/builds.ts";
import { commandPlugin } from "../support/commandPlugin/plugin.ts";
import { Example } from "../support/example.ts";
import { listing } from "../support/listing.ts";
import { type Machine, machinesUnavailable, startBareMachine } from "../support/machine.ts";
import type { PulumiStack } from "../support/pulumiStack.ts";
import { type PlainArgs, projectOf, Stack } from "../support/stack.ts";

const skip = machinesUnavailable() ?? false;
const plugin = commandPlugin();
const PATH = [plugin.dir, process.env.PATH].join(delimiter);

const DEPLOY_PATH = "/var/www/example.com";
const BLOCK = "/etc/nginx/sites-available/example.com";
const AGAIN = "**::example.com-server-block";
/** What only releases need, or php-fpm's next start. */
const OURS = [
  "/etc/nginx/sites-enabled/example.com-opcache",
  "/etc/nginx/sites-available/example.com-opcache",
  "/etc/sudoers.d/site-release-example_com",
];

const ASK_OPCACHE = `<?php echo file_get_contents("http://127.0.0.1:9180/opcache", false, stream_context_create(
  ["http" => ["method" => "POST", "header" => "Content-Type: application/json", "content" => '{"op":"status","prefixes":[],"keep":[],"nonce":"x"}']]));`;

// A program of one SiteHost, with its args in the file that a Stack declares.
const program = `
const { SiteHost } = require("pulumi-site-release");
for (const { name, args } of JSON.parse(require("node:fs").readFileSync("sites.json", "utf8"))) {
  const host = new SiteHost(name, args);
  exports.serverBlock = host.serverBlock;
  exports.connection = host.connection;
}
`;

/** What of a host a SiteHost may touch, as it is: names, modes, owners, contents. */
async function contents(machine: Machine): Promise<string[]> {
  const places = "/etc/nginx /etc/sudoers.d /etc/php /usr/local/lib/site-release /home/deploy/.ssh";
  const all = await machine.must(
    `find ${places} ! -type d -printf '%p %y %m %u %l ' -exec sh -c 'test -h "$1" && echo || sha256sum <"$1"' sh {} ';'; id deploy`,
  );
  return all.split("\n").sort();
}

/** The same, and the times and inodes in nginx's configuration and the site. */
async function touched(machine: Machine): Promise<string[]> {
  return [...(await contents(machine)), ...(await listing(machine))];
}

async function exists(machine: Machine, path: string): Promise<boolean> {
  return (await machine.root(`test -e ${path}`)).code === 0;
}

// One machine goes through all of it, in this order.
describe(`a bare trixie server, by ${plugin.name}`, { skip }, () => {
  let machine: Machine;
  let agent: Agent;
  let builds: Builds;
  let example: Example;
  let stack: PulumiStack;
  before(async () => {
    machine = await startBareMachine("web1", "trixie");
    agent = await startAgent(machine.connection.privateKeyPath);
    builds = new Builds();
    example = new Example("new-server", { PATH, SSH_AUTH_SOCK: agent.socket });
    builds.link(join(example.dir, "builds"));
    stack = example.stack();
    await stack.configure({ host: machine.address, hostKey: machine.hostKey });
  });
  after(async () => {
    example?.close();
    agent?.close();
    builds?.close();
    await machine?.close();
  });

  const up = async (version: string, ...flags: string[]) => {
    builds.make(version);
    await stack.configure({ version });
    const { code, stdout, stderr } = await stack.up(...flags);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };

  test("is a served site after one pulumi up of examples/new-server", async () => {
    const preview = await stack.preview("-c", "version=1");
    assert.match(preview, /command:remote:Command: \(create\)/);
    assert.match(preview, /deployPath *: "\/var\/www\/example\.com"/);
    const stdout = await up("1");
    assert.match(stdout, /\+ 14 created/);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
    const { report } = JSON.parse(await stack.state()).deployment.resources.find(({ type }: { type: string }) =>
      type.endsWith(":Switch"),
    ).outputs;
    assert.equal(report.smoke, "answered 200");
    const { state } = JSON.parse(await machine.must("php -n", ASK_OPCACHE));
    assert.equal(state, "on");
  });

  test("changes nothing when nothing has changed, nor when every step runs again", async () => {
    assert.match(await stack.preview("--expect-no-changes"), /14 unchanged/);
    const before = await touched(machine);
    // Another comment behind the key is another connection, and all commands run again for it.
    await stack.configure({ hostKey: `${machine.hostKey} web1` });
    assert.match(await up("1"), /~ 11 updated/);
    assert.deepEqual(await touched(machine), before);
  });

  test("goes on with the next version by the deploy user alone, and has what it should when steps are replaced", async () => {
    const before = await contents(machine);
    const steps = ["server-block", "opcache-endpoint", "sudo-rights", "opcache-settings"];
    const stdout = await up("2", ...steps.flatMap((step) => ["--replace", `**::example.com-${step}`]));
    assert.match(stdout, /~ 2 updated\n *\+-4 replaced/);
    // php-fpm was reloaded for the settings before the first version, so it has them.
    assert.doesNotMatch(stdout, /when it is restarted next/);
    assert.deepEqual(await contents(machine), before);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });

  test("keeps serving when all is destroyed, and loses what was only for releases", async () => {
    for (const path of OURS) assert.ok(await exists(machine, path), path);
    const { code, stdout, stderr } = await stack.destroy();
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /example\.com goes on being served, so \/etc\/nginx\/sites-available\/example\.com stays/);
    for (const path of OURS) assert.ok(!(await exists(machine, path)), path);
    await machine.must("nginx -t && systemctl is-active nginx.service");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    assert.equal(await machine.must(`stat -c %U ${DEPLOY_PATH}/current`), "deploy\n");
  });

  test("warns of settings that php-fpm has not read until it was restarted and the step replaced", async () => {
    const settings = "**::example.com-opcache-settings";
    await machine.must("systemctl restart php8.4-fpm.service");
    const stdout = await up("2");
    assert.match(stdout, /php-fpm reads .*90-site-release-example\.com\.ini when it is restarted next/);
    assert.ok(stdout.includes(`Once that is settled: pulumi up --replace '${settings}'`));
    assert.match(await up("2", "--replace", settings), /when it is restarted next/);
    await machine.must("systemctl restart php8.4-fpm.service");
    assert.doesNotMatch(await up("2", "--replace", settings), /when it is restarted next/);
    assert.equal(await machine.must("php-fpm8.4 -i | grep -c '^opcache.validate_timestamps => Off'"), "1\n");
  });
});

// A host that has PHP already and gets more by hand, and a login that is not root's.
describe(`a bookworm server with an owner, by ${plugin.name}`, { skip }, () => {
  let machine: Machine;
  let stack: Stack;
  before(async () => {
    machine = await startBareMachine("web2", "bookworm");
    await machine.must(`dpkg --install /srv/packages/sudo_*.deb
      useradd --create-home --shell /bin/bash admin
      echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin
      install -d -o admin /home/admin/.ssh && cp /root/.ssh/authorized_keys /home/admin/.ssh/`);
    stack = new Stack("test", projectOf(program), { PATH });
  });
  after(async () => {
    stack?.close();
    await machine?.close();
  });

  const up = (further: PlainArgs = {}, ...flags: string[]) => {
    const { privateKeyPath, ...login } = machine.connection;
    const connection = { ...login, user: "admin", privateKeyPath };
    stack.declare({ connection, deployPath: DEPLOY_PATH, opcacheEndpoint: false, opcacheSettings: false, ...further });
    return stack.up(...flags);
  };
  const done = async (further?: PlainArgs, ...flags: string[]) => {
    const { code, stdout, stderr } = await up(further, ...flags);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  const block = () => machine.must(`cat ${BLOCK}`);
  const keys = async () => (await machine.must("grep ^ssh- /home/deploy/.ssh/authorized_keys")).trim().split("\n");
  const key = (name: string) => `ssh-ed25519 ${machine.hostKey.split(" ")[1]} ${name}`;

  test("gets everything but the server block, which is an output, where that is asked for", async () => {
    await done({ manageServerBlock: false, packages: ["php-mbstring"], logAccess: true });
    const { serverBlock, connection } = (await stack.outputs()) as Record<string, unknown>;
    assert.match(String(serverBlock), /^server \{\n {4}listen 80;/);
    assert.equal((connection as { user: string }).user, "deploy");
    assert.ok(!(await exists(machine, BLOCK)));
    await machine.must("php-fpm8.2 -m | grep -x mbstring && id -nG deploy | grep -w www-data");
    await machine.must("runuser -u deploy -- tail /var/log/nginx/error.log");
    // The key file's text went through the state.
    assert.ok(!(await stack.state()).includes("PRIVATE KEY"));
  });

  test("keeps a server block that somebody made, and the difference is shown", async () => {
    const hand = "server { listen 80; server_name www.example.com\n  example.com; return 200 'by hand'; }\n";
    await machine.writeFile("/etc/nginx/conf.d/shop.conf", hand);
    await machine.must("nginx -t && systemctl reload nginx.service");
    const stdout = await done();
    assert.match(stdout, /warning: \/etc\/nginx\/conf\.d\/shop\.conf was made or edited by somebody else/);
    assert.match(stdout, /^ *\+ {4}include \/var\/www\/example\.com\/root_dir\.nginx\.conf;$/m);
    assert.ok(stdout.includes(`Once that is settled: pulumi up --replace '${AGAIN}'`));
    assert.ok(!(await exists(machine, BLOCK)));
    assert.deepEqual(await machine.http("/"), { status: 200, body: "by hand" });
    await machine.must("rm /etc/nginx/conf.d/shop.conf && systemctl reload nginx.service");
  });

  test("gets no endpoint on a port that another file of nginx's listens on", async () => {
    const other = "/etc/nginx/sites-enabled/shop-opcache";
    await machine.writeFile(other, "server { listen 127.0.0.1:9180; return 200 'the shop'; }\n");
    const { code, stdout, stderr } = await up({ opcacheEndpoint: true });
    assert.notEqual(code, 0);
    const why = `${other} has nginx listen on 127.0.0.1:9180 already: give this site an opcachePort of its own, or set opcacheEndpoint to false`;
    assert.ok((stdout + stderr).includes(why), stdout + stderr);
    assert.ok(!(await exists(machine, "/etc/nginx/sites-available/example.com-opcache")));
    assert.ok(!(await exists(machine, "/usr/local/lib/site-release/example.com")));
    await done({ opcacheEndpoint: true, opcachePort: 9181 });
    assert.doesNotMatch(await machine.must("nginx -t 2>&1"), /conflicting/);
    await machine.must(`rm ${other} && systemctl reload nginx.service`);
    await done();
  });

  test("has its nginx as it was after a block that nginx does not take", async () => {
    for (const [listen, why] of [
      [["80", "80"], "nginx -t is red with it"],
      // sshd's: nginx -t does not see that, and the reload says nothing.
      [["127.0.0.1:22"], "nginx did not take it"],
    ] as const) {
      const { code, stdout, stderr } = await up({ listen });
      assert.notEqual(code, 0);
      assert.match(stdout + stderr, new RegExp(`${why}; ${BLOCK} is as it was before`));
      assert.ok(!(await exists(machine, BLOCK)));
      await machine.must("nginx -t && systemctl is-active nginx.service");
    }
    // What was left alone is the state that Pulumi knows, so the step is told to look again, as the warning says.
    await done({}, "--replace", AGAIN);
    assert.equal((await machine.http("/")).status, 404);
  });

  test("serves what is live by the link, and by the include again", async () => {
    const live = (version: string) =>
      machine.deploy(`cd ${DEPLOY_PATH} && mkdir -p releases/${version}/public && ln -sfn releases/${version} current &&
        echo '<?php echo "version ${version}";' >releases/${version}/public/index.php`);
    await live("1");
    await done({ strategy: "symlink" });
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
    assert.ok(!(await exists(machine, "/etc/sudoers.d/site-release-example_com")));
    await live("2");
    await done();
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    assert.equal(
      await machine.must(`cat ${DEPLOY_PATH}/root_dir.nginx.conf`),
      `set $root_dir ${DEPLOY_PATH}/releases/2/public;\n`,
    );
  });

  test("keeps a block and keys that somebody edited, and the difference is shown", async () => {
    await machine.must(`sed -i 's/^ *index .*/    index home.php;/' ${BLOCK}`);
    await machine.must("cat >>/home/deploy/.ssh/authorized_keys", `${key("other")}\n`);
    const edited = await block();
    const stdout = await done({ phpVersion: "8.2", authorizedKeys: [key("one"), key("two")] });
    assert.match(stdout, /sites-available\/example\.com was made or edited by somebody else/);
    assert.match(stdout, /^ *- {4}index home\.php;$/m);
    assert.equal(await block(), edited);
    assert.deepEqual(await keys(), [key("other"), key("one"), key("two")]);
  });

  test("no longer lets in by a key that is not given any more, nor into the pool or the logs", async () => {
    // Nobody has asked for the logs since, nor against them.
    assert.equal(await machine.must("id -nG deploy"), "deploy adm www-data\n");
    await done({ phpVersion: "8.2", authorizedKeys: [key("two")], poolAccess: false, logAccess: false });
    assert.deepEqual(await keys(), [key("other"), key("two")]);
    assert.equal(await machine.must("id -nG deploy"), "deploy\n");
  });

  test("is left with the block that somebody edited after a destroy", async () => {
    const { code, stdout, stderr } = await stack.destroy();
    assert.equal(code, 0, stdout + stderr);
    assert.ok(await exists(machine, BLOCK));
    assert.ok(!(await exists(machine, "/etc/sudoers.d/site-release-example_com")));
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });
});
