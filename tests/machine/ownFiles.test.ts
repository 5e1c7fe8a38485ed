import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { apply } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { contentsIn, contentsOn, everythingOn } from "../support/releaseOnDisk.ts";
import type { PlainArgs } from "../support/stack.ts";

// One site goes through all of it, in this order. Every version has the same files but for one, so that releases share all they can.
describe("an application that writes into its own files", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let builds: Builds;
  before(async () => {
    builds = new Builds();
    machine = await startMachine("web1", { suite: "trixie" });
  });
  after(async () => {
    await machine?.close();
    builds?.close();
  });

  const place = (version: string) => `${machine.deployPath}/releases/${version}`;
  const release = async (version: string, more: PlainArgs = {}) => {
    const source = builds.make(version, {
      version,
      "public/index.php":
        "<?php echo $_SERVER['REQUEST_URI'] === '/count' ? file_put_contents('../var/counter', 'x', FILE_APPEND) : 'up';",
      "public/feed.json": "{}",
      "var/counter": "seen: ",
      "vendor/lib.php": "<?php",
    });
    const { connection, deployPath } = machine;
    const args = { connection, deployPath, version, source, writableDirs: ["var"], writableMode: "0777" };
    await apply({ ...args, drainTimeout: 5, ...more });
  };
  const isItsSource = async (version: string) =>
    assert.deepEqual(await contentsOn(machine, place(version)), contentsIn(builds.path(version)));
  const count = async () => (await machine.http("/count")).body;
  const read = (version: string, path: string) => machine.must(`cat ${place(version)}/${path}`);

  test("changes those of the live release only, where PHP may write", async () => {
    await release("1");
    const first = await everythingOn(machine, place("1"));
    await release("2");
    await release("3");
    assert.deepEqual([await count(), await count()], ["1", "1"]);
    assert.equal(await read("3", "var/counter"), "seen: xx");
    assert.deepEqual(await everythingOn(machine, place("1")), first);
    await isItsSource("2");
    // What was written is no part of the version after it.
    await release("4");
    await isItsSource("4");
    assert.equal(await read("3", "var/counter"), "seen: xx");
    // And nothing else can be written into: these are the files of all four.
    const inodes = await machine.must(`cd ${machine.deployPath}/releases && stat -c %i */vendor/lib.php | sort -u`);
    assert.match(inodes, /^\d+\n$/);
  });

  // A cron job of deploy's, which follows `current`.
  const cron = () => machine.deploy(`cd ${machine.deployPath}/current/public && echo '{"at":1}' >feed.json`);

  test("is refused where releases share a file, and no release changes", async () => {
    const { code, stderr } = await cron();
    assert.notEqual(code, 0);
    assert.match(stderr, /feed\.json: Permission denied/);
    for (const version of ["1", "2", "4"]) await isItsSource(version);
  });

  test('rewrites those of the live release only, where dedupe is "copy"', async () => {
    await release("5", { dedupe: "copy" });
    await release("6", { dedupe: "copy" });
    const others = ["1", "2", "4", "5"];
    const before = await Promise.all(others.map((version) => everythingOn(machine, place(version))));
    assert.equal((await cron()).code, 0);
    assert.equal(await read("6", "public/feed.json"), '{"at":1}\n');
    assert.deepEqual(await Promise.all(others.map((version) => everythingOn(machine, place(version)))), before);
    assert.deepEqual(await machine.http("/feed.json"), { status: 200, body: '{"at":1}\n' });
    // Neither by a copy nor by a link does it come into the version after it.
    for (const [version, dedupe] of [
      ["7", "copy"],
      ["8", "hardlink"],
    ] as const) {
      await release(version, { dedupe });
      await isItsSource(version);
      assert.equal(await read("6", "public/feed.json"), '{"at":1}\n');
    }
    await isItsSource("7");
  });
});
