import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

describe("a host that cannot be reached", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  before(async () => {
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("web1", { suite: "trixie" });
    process.env.HOME = builds.dir;
    builds.make(".ssh", { known_hosts: `${machine.address} ${machine.hostKey}\n` });
    const { hostKey: _hostKey, ...connection } = machine.connection;
    stack.declare({ ...args(), connection });
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    machine.cutLink();
  });
  after(async () => {
    stack?.close();
    await machine?.close();
    builds?.close();
  });

  const args = (): PlainArgs => ({
    connection: machine.connection,
    deployPath: machine.deployPath,
    version: "1",
    source: builds.make("1"),
    drainTimeout: 1,
  });
  const updated = async (wanted: PlainArgs) => {
    stack.declare(wanted);
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^ {4}~ 2 updated$/m);
    assert.match(await stack.preview("--expect-no-changes"), /^ {4}4 unchanged$/m);
  };

  test("gets its hostKey", () => updated(args()));

  test("gets another key file", async () => {
    const privateKeyPath = join(builds.dir, "another_key");
    copyFileSync(machine.connection.privateKeyPath, privateKeyPath);
    await updated({ ...args(), connection: { ...machine.connection, privateKeyPath } });
  });

  test("gets another patience", () => updated({ ...args(), lockTimeout: 60, onUnreachable: "forget" }));
});
