import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { refusedBy } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { must, until } from "../support/command.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { family } from "../support/processes.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

// At this level Pulumi writes down every value that goes between it and any plugin, secret or not (pkg/resource/plugin/rpc.go), and the
// answer to each registration (sdk/nodejs/runtime/resource.ts). Everything else in its logs is held to what is said here.
const PULUMIS_OWN = /"msg":"(?:Unm|M)arshaling property for RPC\[|RegisterResource RPC finished: /;

function ours(log: string): string {
  return log
    .split("\n")
    .filter((line) => !PULUMIS_OWN.test(line))
    .join("\n");
}

// One stack goes through all of it, in this order.
describe("a secret", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  let secrets: readonly string[];
  /** Those of the connection, which the host never gets. */
  let logins: readonly string[];
  let privateKey: string;
  const password = "correct-horse-battery-staple";
  const passphrase = "open-sesame-said-ali-baba";
  const proxyPassword = "mellon-said-the-friend";
  const header = "Bearer-eyJhbGciOiJub25lIn0";
  const token = "tr0ub4dor-and-3-migrations";
  const opcacheHeader = "x-marks-the-opcache-endpoint";
  const dotenv = "hunter2hunter2";
  before(async () => {
    process.env.PULUMI_DEBUG_COMMANDS = "true"; // --event-log is one
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("web1", { suite: "trixie" });
    await machine.writeFile(`${machine.deployPath}/shared/.env`, `DATABASE_PASSWORD=${dotenv}\n`);
    const key = readFileSync(machine.connection.privateKeyPath, "utf8");
    const locked = join(builds.dir, "locked_key");
    copyFileSync(machine.connection.privateKeyPath, locked);
    must("ssh-keygen", "-q", "-p", "-P", "", "-N", passphrase, "-f", locked);
    privateKey = readFileSync(locked, "utf8");
    // Each line of the keys as well, and what a log in JSON or base64 would make of the whole.
    const lines = [key, privateKey].flatMap((text) => text.split("\n"));
    const long = lines.filter((line) => line.length > 8 && !line.startsWith("-----"));
    const packed = [key, privateKey].map((text) => Buffer.from(text).toString("base64").slice(0, 100));
    logins = [password, passphrase, proxyPassword, ...long, ...packed];
    secrets = [...logins, token, header, opcacheHeader, dotenv];
  });
  after(async () => {
    stack?.close();
    await machine?.close();
    builds?.close();
  });

  /** Every credential that a connection can have, on both machines of the way. */
  const connection = (): PlainArgs => {
    const { privateKeyPath: _path, ...rest } = machine.connection;
    const both = { ...rest, privateKey, privateKeyPassword: passphrase, dialErrorLimit: 1 };
    return { ...both, password, proxy: { ...both, password: proxyPassword } };
  };
  const args = (version: string, more: PlainArgs = {}): PlainArgs => ({
    connection: connection(),
    deployPath: machine.deployPath,
    version,
    source: builds.make(version),
    sharedFiles: [".env"],
    drainTimeout: 1,
    smoke: { headers: { Authorization: { secret: header } } },
    // Nobody listens there: what goes wrong with it is told in each switch.
    opcache: { url: "http://127.0.0.1:9/opcache", headers: { "X-Token": opcacheHeader } },
    prepare: [{ secret: `: ${token}` }],
    steps: [
      {
        ...{ name: "migrate", when: "before", command: { secret: `: ${token}` } },
        onRestore: { secret: `touch $DEPLOY_PATH/undone; : ${token}; exit 3` },
      },
    ],
    ...more,
  });
  const clean = (what: string, text: string, least: number) => {
    assert.ok(text.length > least, `${what} is ${text.length} characters long: ${text}`);
    for (const [number, secret] of secrets.entries())
      assert.equal(text.includes(secret), false, `${what} holds secret ${number}`);
  };

  test("is neither in the preview, nor in what up says, nor in its events", async () => {
    stack.declare(args("1"));
    clean("the preview", await stack.preview(), 1000);
    const events = join(stack.dir, "events.json");
    const { code, stdout, stderr } = await stack.up("--event-log", events, "--diff");
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
    clean("up", stdout + stderr, 1000);
    clean("the events", ours(readFileSync(events, "utf8")), 5000);
  });

  test("is neither in the state nor in what a refresh says", async () => {
    clean("the state", await stack.state(), 5000);
    const { stdout, stderr } = await stack.refresh();
    clean("the refresh", stdout + stderr, 100);
    clean("the outputs", JSON.stringify(await stack.outputs()), 100);
  });

  test("is not in the error of a check", async () => {
    // Pulumi itself shows the value of a property that a check names.
    stack.declare(args("2", { connection: { ...connection(), passwort: password, privateKey: { text: privateKey } } }));
    const { code, stdout, stderr } = await stack.pulumi("preview");
    assert.notEqual(code, 0);
    clean("a check", stdout + stderr, 200);
  });

  const refusals: readonly [string, RegExp, (whole: PlainArgs) => PlainArgs][] = [
    ["a connection", /refused/, (whole) => ({ ...whole, port: 23 })],
    ["a connection to the proxy", /refused/, (whole) => ({ ...whole, proxy: { ...proxyOf(whole), port: 23 } })],
    ["a login", /lets nobody in/, (whole) => ({ ...whole, user: "nobody" })],
    ["a login at the proxy", /lets nobody in/, (whole) => ({ ...whole, proxy: { ...proxyOf(whole), user: "nobody" } })],
    ["a password", /lets deploy in/, ({ privateKey: _key, privateKeyPassword: _phrase, ...rest }) => rest],
    ["a passphrase", /does not open with the passphrase/, (whole) => ({ ...whole, privateKeyPassword: password })],
    [
      "half a key",
      /is not a private key that can be read/,
      (whole) => ({ ...whole, privateKey: privateKey.slice(0, 200) }),
    ],
    [
      "another host's key",
      /connection\.hostKey/,
      (whole) => ({ ...whole, hostKey: machine.hostKey.replace(/.{6}$/, "AAAAAA") }),
    ],
  ];
  const proxyOf = (whole: PlainArgs) => whole.proxy as PlainArgs;
  for (const [what, expected, change] of refusals)
    test(`is not in the refusal of ${what}`, async () => {
      const { proxy, ...straight } = change(connection());
      const given = what.endsWith("the proxy") ? { ...straight, proxy } : straight;
      const { deployPath } = machine;
      const said = await refusedBy({ connection: given, deployPath, version: "2", source: builds.make("2") });
      assert.match(said, expected);
      clean("the refusal", said, 50);
    });

  test("is in no file and no log of the host", async () => {
    clean("the journal of systemd", await machine.must("journalctl --no-pager"), 1000);
    clean("the site's own directory", await machine.must(`cat ${machine.deployPath}/.site-release/journal.jsonl`), 100);
    const places = "/var /tmp /run /home/deploy";
    const found = await machine.root(
      `grep -rlF -f - ${places} 2>/dev/null`,
      [...logins, token, header, opcacheHeader].join("\n"),
    );
    assert.equal(found.stdout, "");
    const { stdout } = await machine.root(`grep -rlF ${dotenv} ${places} 2>/dev/null`);
    assert.equal(stdout, `${machine.deployPath}/shared/.env\n`);
  });

  test("is neither in Pulumi's debug log nor in a list of processes", async () => {
    const command = "touch /tmp/stands; until [ -e /tmp/go ]; do sleep 0.1; done";
    stack.declare(args("2", { prepare: [command] }));
    const up = stack.up("-v=9", "--logtostderr");
    await until("the command on the host", 120, async () => (await machine.root("test -e /tmp/stands")).code === 0);
    // Words and environment of all processes; what a command of the user's says is everybody's to read while it runs (README, Steps).
    const list = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'";
    const there = (await machine.root(list)).stdout;
    const here = family([], `PULUMI_HOME=${stack.dir}/home`).map(({ pid }) =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8"),
    );
    assert.match(there, /stands/);
    await machine.must("touch /tmp/go");
    clean("the host's processes", there, 1000);
    assert.ok(here.length >= 3, "pulumi, its language host and its dynamic provider");
    clean("the processes here", here.join("\n"), 100);
    const { code, stdout, stderr } = await up;
    assert.equal(code, 0, stdout);
    clean("the debug log", ours(stdout + stderr), 50_000);
  });

  test("is not in what the undoing of a step says and leaves in the state", async () => {
    stack.declare(args("3", { probe: { expectStatus: [418], timeout: 1 } }));
    const { code, stdout, stderr } = await stack.up("--diff");
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /onRestore of migrate failed: it ended with exit code 3/);
    await machine.must(`rm ${machine.deployPath}/undone`);
    clean("an onRestore", stdout + stderr, 500);
    clean("the state after it", await stack.state(), 5000);
  });

  test("is not in what a failed restore says and leaves in the state", async () => {
    const red = "/tmp/red";
    const nginx = {
      test: `test ! -e ${red} && sudo --non-interactive nginx -t`,
      reload: `sudo --non-interactive systemctl reload nginx.service && touch ${red}`,
    };
    stack.declare(args("4", { nginx, probe: { expectStatus: [418], timeout: 1 } }));
    const { code, stdout, stderr } = await stack.up();
    assert.notEqual(code, 0);
    assert.match(stdout, /the restore failed too \(nginx -t is red\)/);
    clean("a failed restore", stdout + stderr, 500);
    const state = await stack.state();
    assert.match(state, /unknown since a restore failed/);
    clean("the state of a failed restore", state, 5000);
  });
});
