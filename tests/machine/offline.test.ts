import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import type { PlainArgs } from "../support/stack.ts";
import { Updates } from "../support/updates.ts";

describe("a host that cannot be reached", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  const stack = new Updates();
  let builds: Builds;
  before(async () => {
    builds = new Builds();
    machine = await startMachine("web1", { suite: "trixie" });
    process.env.HOME = builds.dir;
    builds.make(".ssh", { known_hosts: `${machine.address} ${machine.hostKey}\n` });
    const { hostKey: _hostKey, ...connection } = machine.connection;
    assert.deepEqual((await stack.up({ ...args(), connection })).errors, []);
    machine.cutLink();
  });
  after(async () => {
    stack.close();
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
    assert.equal((await stack.preview(wanted)).resources, 2);
    assert.deepEqual((await stack.up(wanted)).errors, []);
    assert.equal((await stack.preview(wanted)).resources, 0);
  };

  test("gets its hostKey", () => updated(args()));

  test("gets another key file", async () => {
    const privateKeyPath = join(builds.dir, "another_key");
    copyFileSync(machine.connection.privateKeyPath, privateKeyPath);
    await updated({ ...args(), connection: { ...machine.connection, privateKeyPath } });
  });

  test("gets another patience", () => updated({ ...args(), lockTimeout: 60, onUnreachable: "forget" }));

  test("is not given another version, keeps the state of what it had, and gets the version when it is back", async () => {
    const impatient = { ...machine.connection, dialErrorLimit: 1, perDialTimeout: 2 };
    const wanted = { ...args(), connection: impatient, version: "2", source: builds.make("2") };
    // How the network tells that nobody is there is its own.
    const dead = `Cannot connect to ${machine.address}: [^,]+, expected an SSH server\\. Check connection\\.host and connection\\.port, that the machine runs, and that no firewall stands between`;
    const [error = "", ...others] = (await stack.up(wanted)).errors;
    assert.match(error, new RegExp(`^${dead}$`));
    assert.deepEqual(others, []);
    // A refresh asks by the connection that the state has.
    await updated({ ...args(), connection: impatient });
    const { changes, warnings } = await stack.refresh();
    assert.match(warnings.join("\n"), new RegExp(`^${dead}\\. The state is kept as it was`, "m"));
    assert.deepEqual(changes, []);
    assert.equal((await stack.preview({ ...args(), connection: impatient })).resources, 0);
    machine.restoreLink();
    assert.deepEqual((await stack.up(wanted)).errors, []);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });
});
