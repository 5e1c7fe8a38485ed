import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { refusal } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
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
  const password = "correct-horse-battery-staple";
  before(async () => {
    process.env.PULUMI_DEBUG_COMMANDS = "true"; // --event-log is one
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("web1", { suite: "trixie" });
    await machine.writeFile(`${machine.deployPath}/shared/.env`, "DATABASE_PASSWORD=hunter2hunter2\n");
    const key = readFileSync(machine.connection.privateKeyPath, "utf8");
    // Each line of the key as well, and what a log in JSON or base64 would make of the whole.
    const lines = key.split("\n").filter((line) => line.length > 8 && !line.startsWith("-----"));
    secrets = [password, ...lines, Buffer.from(key).toString("base64").slice(0, 100), "hunter2hunter2"];
  });
  after(async () => {
    stack?.close();
    await machine?.close();
    builds?.close();
  });

  const args = (version: string, more: PlainArgs = {}): PlainArgs => {
    const { privateKeyPath, ...connection } = machine.connection;
    return {
      connection: { ...connection, privateKey: readFileSync(privateKeyPath, "utf8"), password, dialErrorLimit: 1 },
      deployPath: machine.deployPath,
      version,
      source: builds.make(version),
      sharedFiles: [".env"],
      drainTimeout: 1,
      ...more,
    };
  };
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

  test("is not in the errors of a check, of a refused connection and of a refused login", async () => {
    const connection = args("2").connection as PlainArgs;
    // Pulumi itself shows the value of a property that a check names.
    stack.declare(
      args("2", { connection: { ...connection, passwort: password, privateKey: { text: connection.privateKey } } }),
    );
    const { code, stdout, stderr } = await stack.pulumi("preview");
    assert.notEqual(code, 0);
    clean("a check", stdout + stderr, 200);
    clean("a connection's refusal", await refusal(args("2", { connection: { ...connection, port: 23 } })), 50);
    clean("a login's refusal", await refusal(args("2", { connection: { ...connection, user: "nobody" } })), 50);
  });

  test("is in no file and no log of the host", async () => {
    clean("the journal of systemd", await machine.must("journalctl --no-pager"), 1000);
    clean("the site's own directory", await machine.must(`cat ${machine.deployPath}/.site-release/journal.jsonl`), 100);
    for (const secret of secrets.slice(0, -1)) {
      const found = await machine.root("grep -rlF -f - /var /tmp /run /home/deploy 2>/dev/null", secret);
      assert.equal(found.stdout, "");
    }
  });

  test("is not in Pulumi's debug log", async () => {
    stack.declare(args("2"));
    const { code, stdout, stderr } = await stack.up("-v=9", "--logtostderr");
    assert.equal(code, 0, stdout);
    clean("the debug log", ours(stdout + stderr), 50_000);
  });

  test("is not in what a failed restore says and leaves in the state", async () => {
    const red = "/tmp/red";
    const nginx = {
      test: `test ! -e ${red} && sudo --non-interactive nginx -t`,
      reload: `sudo --non-interactive systemctl reload nginx.service && touch ${red}`,
    };
    stack.declare(args("3", { nginx, probe: { expectStatus: [418], timeout: 1 } }));
    const { code, stdout, stderr } = await stack.up();
    assert.notEqual(code, 0);
    assert.match(stdout, /the restore failed too \(nginx -t is red\)/);
    clean("a failed restore", stdout + stderr, 500);
    const state = await stack.state();
    assert.match(state, /unknown since a restore failed/);
    clean("the state of a failed restore", state, 5000);
  });
});
