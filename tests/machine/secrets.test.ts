import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

// One stack goes through all of it, in this order.
describe("a secret", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  let secrets: readonly string[];
  const password = "correct-horse-battery-staple";
  before(async () => {
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
    clean("the events", readFileSync(events, "utf8"), 5000);
  });

  test("is neither in the state nor in what a refresh says", async () => {
    clean("the state", await stack.state(), 5000);
    const { stdout, stderr } = await stack.refresh();
    clean("the refresh", stdout + stderr, 100);
    clean("the outputs", JSON.stringify(await stack.outputs()), 100);
  });

  test("is not in the errors of a check, of an unreachable host and of a refused login", async () => {
    const { connection } = args("2") as { connection: PlainArgs };
    for (const [what, wrong] of [
      ["a check", { connection: { ...connection, passwort: password, privateKey: { text: connection.privateKey } } }],
      ["a refused connection", { connection: { ...connection, port: 23 } }],
      ["a refused login", { connection: { ...connection, user: "nobody" } }],
    ] as const) {
      stack.declare(args("2", wrong));
      const { code, stdout, stderr } = await stack.up();
      assert.notEqual(code, 0, what);
      clean(what, stdout + stderr, 200);
    }
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
    clean("the debug log", stdout + stderr, 100_000);
  });
});
