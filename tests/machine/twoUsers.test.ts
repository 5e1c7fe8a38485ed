import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { pageCode } from "../support/readme.ts";
import { contentsIn, contentsOn, everythingOn } from "../support/releaseOnDisk.ts";
import { Updates } from "../support/updates.ts";

// What does not pack: that it is not sent again shows.
const library = `<?php // ${randomBytes(20_000).toString("hex")}`;

// One site goes through all of it, in this order.
describe("two logins that share a site through a group", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let builds: Builds;
  const stack = new Updates();
  before(async () => {
    builds = new Builds();
    machine = await startMachine("web1", { suite: "trixie" });
    await machine.must(`
      groupadd site
      usermod --append --groups site deploy
      useradd --create-home --shell /bin/bash --groups www-data,site alice
      install -d -m 0700 -o alice -g alice /home/alice/.ssh
      install -m 0600 -o alice -g alice /home/deploy/.ssh/authorized_keys /home/alice/.ssh/
      sed s/^deploy/alice/ /etc/sudoers.d/deploy >/etc/sudoers.d/alice
      chmod 0440 /etc/sudoers.d/alice`);
    const told = pageCode("docs/host.md", "The site's directory, and two rights", "sh", "2775");
    assert.ok(told.trimEnd().endsWith(` -g site -m 2775 ${machine.deployPath}`), told);
    // As on a host where nothing was released yet.
    await machine.must(
      `rm -rf ${machine.deployPath}/releases ${machine.deployPath}/shared ${machine.deployPath}/.site-release`,
    );
    await machine.must("exec bash", told);
  });
  after(async () => {
    stack.close();
    await machine?.close();
    builds?.close();
  });

  const place = (version: string) => `${machine.deployPath}/releases/${version}`;
  const up = (version: string, user: string) =>
    stack.up({
      connection: { ...machine.connection, user },
      deployPath: machine.deployPath,
      version,
      source: builds.make(version, {
        "public/index.php": `<?php echo "version ${version}";`,
        "vendor/lib.php": library,
        "vendor/a.php": "<?php 1;",
      }),
      // What the group may write to, each may remove.
      dirMode: "0775",
      keepReleases: 0,
      drainTimeout: 5,
      steps: [{ name: "who", when: "before", runOn: "both", command: "whoami" }],
    });
  const release = async (version: string, user: string) => {
    const { errors, warnings, report } = await up(version, user);
    assert.deepEqual([errors, warnings.filter((warning) => !warning.startsWith("nginx "))], [[], []]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: `version ${version}` });
    assert.deepEqual(await contentsOn(machine, place(version)), contentsIn(builds.path(version)));
    return report.release ?? {};
  };
  const names = async (version: string) =>
    machine.must(`cd ${place(version)} && stat -c '%U %h' vendor/*.php | sort -u`);

  test("put their releases there by turns, and neither changes what the other put there", async () => {
    const first = await release("1", "deploy");
    const one = await everythingOn(machine, place("1"));
    const second = await release("2", "alice");
    // What is the other's is copied: nobody may link it.
    assert.deepEqual([await names("1"), await names("2")], ["deploy 1\n", "alice 1\n"]);
    assert.ok(Number(second.sentBytes) < Number(first.sentBytes), "it is not sent again");
    assert.deepEqual(await everythingOn(machine, place("1")), one);
    const two = await everythingOn(machine, place("2"));
    await release("3", "deploy");
    assert.deepEqual([await names("2"), await names("3")], ["alice 1\n", "deploy 1\n"]);
    assert.deepEqual(await everythingOn(machine, place("2")), two);
  });

  test("prune each other's, and go back to each other's", async () => {
    assert.equal((await release("4", "alice")).pruned, "1");
    assert.equal((await release("5", "deploy")).pruned, "2");
    assert.equal((await release("4", "deploy")).status, "reused");
  });

  test("are told what to do where one of them may not write", async () => {
    const journal = `${machine.deployPath}/.site-release/journal.jsonl`;
    await machine.must(`chmod g-w ${journal}`);
    assert.deepEqual((await up("6", "alice")).errors, [
      `Cannot switch example.com to 6 on ${machine.address}: alice may not write ${journal}. As root: chown alice ${journal}; or, where several logins share the site: chmod g+w ${journal}`,
    ]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 4" });
    await machine.must(`chmod g+w ${journal}`);
    await release("6", "alice");
  });
});
