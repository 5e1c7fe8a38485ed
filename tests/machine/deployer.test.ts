import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { apply, refusal } from "../support/apply.ts";
import { type Deployer, deployerByScript, deployerItself, depUnavailable } from "../support/deployer.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

describe("a directory that Deployer fills", () => {
  const noMachine = machinesUnavailable();
  describe("as a script of our own does it", { skip: noMachine ?? false }, () => cases(deployerByScript));
  describe("as dep does it", { skip: noMachine ?? depUnavailable() ?? false }, () => cases(deployerItself));
});

// One directory goes through all of it, in this order.
function cases(deployerOn: (machine: Machine) => Deployer | Promise<Deployer>): void {
  let machine: Machine;
  let dep: Deployer;
  let stack: Stack;
  before(async () => {
    machine = await startMachine("web1", { suite: "trixie" });
    dep = await deployerOn(machine);
    stack = new Stack();
  });
  after(async () => {
    stack?.close();
    dep?.close();
    await machine?.close();
  });

  const args = (version: string): PlainArgs => ({
    connection: machine.connection,
    deployPath: machine.deployPath,
    version,
    sharedDirs: ["storage"],
    drainTimeout: 1,
    lockTimeout: 2,
  });
  const listed = async () =>
    (await machine.deploy(`cd ${machine.deployPath} && ls -d .dep/deploy.lock release releases/* 2>/dev/null`)).stdout
      .trim()
      .split("\n");
  const up = async (wanted: PlainArgs) => {
    stack.declare(wanted);
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };

  test("is adopted after Deployer's own switch", async () => {
    await dep.prepare("1");
    await dep.publish();
    await up(args("1"));
    assert.equal((await stack.outputs()).report?.release?.status, "adopted");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
    assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), "releases/1\n");
  });

  test("is switched where Deployer left the switch to us, and its link and lock are finished", async () => {
    await dep.prepare("2");
    assert.deepEqual(await listed(), [".dep/deploy.lock", "release", "releases/1", "releases/2"]);
    await up(args("2"));
    assert.deepEqual(await listed(), ["releases/1", "releases/2"]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), "releases/2\n");
  });

  test("keeps the live release through Deployer's next one", async () => {
    await dep.prepare("3");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    assert.deepEqual(await listed(), [".dep/deploy.lock", "release", "releases/1", "releases/2", "releases/3"]);
  });

  test("is waited for while Deployer holds its lock, and then the lock is named", async () => {
    const since = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d";
    assert.match(
      await refusal(args("1")),
      /^Cannot switch example\.com to 1 on 198\.18\.\d+\.2: Deployer holds \.dep\/deploy\.lock \(ci, \d+ s old\), expected it to end within 2 s\. Let it finish, or run "dep deploy:unlock" if it is dead$/,
    );
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    // A release that Deployer may still fill is not even adopted.
    await machine.deploy(`cp -a ${machine.deployPath}/releases/2 ${machine.deployPath}/releases/other`);
    assert.match(
      await refusal(args("other")),
      new RegExp(
        `^Cannot put release other into /var/www/example\\.com on 198\\.18\\.\\d+\\.2: Deployer holds /var/www/example\\.com/\\.dep/deploy\\.lock \\(ci, since ${since}\\), so /var/www/example\\.com/releases/other may not be complete\\. Wait until it ends; if it was interrupted: dep deploy:unlock$`,
      ),
    );
    await machine.deploy(`rm -r ${machine.deployPath}/releases/other`);
  });

  test("goes on as soon as Deployer is done", async () => {
    const switching = apply({ ...args("2"), lockTimeout: 30 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await dep.publish();
    const { switch: outs } = await switching;
    assert.equal(outs.liveVersion, "2");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    // Deployer moved `current`; ours is the last word.
    assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), "releases/2\n");
  });

  test("keeps what is live through Deployer's clean-up as long as that is among its newest", async () => {
    assert.deepEqual(await listed(), ["releases/1", "releases/2", "releases/3"]);
    await dep.cleanup(2);
    assert.deepEqual(await listed(), ["releases/2", "releases/3"]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });

  test("keeps Deployer's lock where the release was refused, until deploy:unlock", async () => {
    await dep.prepare("4", "<?php http_response_code(500);");
    assert.match(
      await refusal(args("4")),
      /^Cannot switch example\.com to 4 on 198\.18\.\d+\.2: GET \/ answered 500, expected a status below 500; 2 stays live$/,
    );
    assert.deepEqual(await listed(), [".dep/deploy.lock", "release", "releases/2", "releases/3", "releases/4"]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    await assert.rejects(dep.prepare("5"), /Deploy locked by ci/);
    await dep.unlock();
    await dep.prepare("5");
    assert.equal((await apply(args("5"))).switch.liveVersion, "5");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 5" });
    // What became of 4 is Deployer's affair: up to 7.0.1 its next release removes it.
    const ended = await listed();
    assert.deepEqual(
      ended.filter((path) => path !== "releases/4"),
      ["releases/2", "releases/3", "releases/5"],
    );
  });
}
