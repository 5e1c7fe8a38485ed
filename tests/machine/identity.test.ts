import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

// One stack goes through all of it, in this order.
describe("a site that becomes another resource", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  let other: string;
  const home = process.env.HOME;
  before(async () => {
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("web1", { suite: "trixie" });
    other = machine.address.replace(/\.\d+$/, ".7");
    const device = await machine.must(`ip -o -4 addr show to ${machine.address} | cut -d ' ' -f 2`);
    await machine.must(`ip address add ${other}/24 dev ${device}`);
    await up(args("1"));
  });
  after(async () => {
    process.env.HOME = home;
    stack?.close();
    await machine?.close();
    builds?.close();
  });

  const args = (version: string): PlainArgs => ({
    connection: machine.connection,
    deployPath: machine.deployPath,
    version,
    source: builds.make(version),
    drainTimeout: 1,
    deleteReleases: true,
  });
  const up = async (wanted: PlainArgs, name = "example.com") => {
    stack.declare(wanted, name);
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  const releases = async () => (await machine.must(`ls ${machine.deployPath}/releases`)).trim().split("\n");
  const owner = async () => JSON.parse(await machine.must(`cat ${machine.deployPath}/.site-release/owner`));

  test("is updated in place at another address with the same hostKey", async () => {
    const said = await up({ ...args("1"), connection: { ...machine.connection, host: other } });
    assert.match(said, /^ {4}~ 2 updated$/m);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
  });

  test("is replaced at another address without one, and survives what it replaces", async () => {
    const { hostKey, ...connection } = machine.connection;
    process.env.HOME = mkdtempSync(join(builds.dir, "home-"));
    mkdirSync(join(process.env.HOME, ".ssh"));
    writeFileSync(join(process.env.HOME, ".ssh/known_hosts"), `${machine.address} ${hostKey}\n`);
    const first = await owner();
    const said = await up({ ...args("2"), connection });
    assert.match(said, /^ {4}\+-2 replaced$/m);
    assert.match(said, /The site was taken over from example\.com of stack site\/test since [\dT:-]+Z/);
    assert.match(
      said,
      / \/var\/www\/example\.com belongs to example\.com of stack site\/test since [\dT:-]+Z now; nothing was changed\n/,
    );
    assert.match(
      said,
      / Stays on the host: all releases of \/var\/www\/example\.com: the site is not this resource's\n/,
    );
    assert.deepEqual(await releases(), ["1", "2"]);
    assert.notEqual((await owner()).id, first.id);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });

  test("is renamed, takes itself over, and survives its old name", async () => {
    const { hostKey: _known, ...connection } = machine.connection;
    const said = await up({ ...args("3"), connection, serverName: machine.serverName }, "shop");
    assert.match(said, /The site was taken over from example\.com of stack site\/test since [\dT:-]+Z/);
    assert.match(
      said,
      / \/var\/www\/example\.com belongs to shop of stack site\/test since [\dT:-]+Z now; nothing was changed\n/,
    );
    assert.match(
      said,
      / Stays on the host: all releases of \/var\/www\/example\.com: the site is not this resource's\n/,
    );
    assert.deepEqual(await releases(), ["1", "2", "3"]);
    assert.equal((await owner()).resource, "shop");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 3" });
    assert.match(await stack.preview("--refresh", "--expect-no-changes"), /^ {4}4 unchanged$/m);
  });
});
