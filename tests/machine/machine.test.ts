import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { groupDir } from "../support/cgroup.ts";
import { must, type Result, run, until } from "../support/command.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";

const skip = machinesUnavailable() ?? false;

for (const suite of suites) {
  describe(`a ${suite} machine`, { skip }, () => {
    let machine: Machine;
    before(async () => {
      machine = await startMachine(`web-${suite}`, { suite });
    });
    after(() => machine.close());

    test("serves PHP from the root that its include names", async () => {
      assert.equal((await machine.http("/")).status, 404);
      const { deployPath, includePath } = machine;
      await machine.writeFile(`${deployPath}/releases/1/public/index.php`, "<?php echo 'hello from ', __DIR__;");
      await machine.writeFile(includePath, `set $root_dir ${deployPath}/releases/1/public;\n`);
      await machine.must("systemctl reload nginx.service");
      // For a moment the old workers accept too, so it is the first 200 that is looked at.
      let served = await machine.http("/any/page");
      await until("the new workers", 5, async () => {
        served = await machine.http("/any/page");
        return served.status === 200;
      });
      assert.deepEqual(served, { status: 200, body: `hello from ${deployPath}/releases/1/public` });
    });

    test("lets deploy in, with the two rights and no other", async () => {
      const said = (result: Result) => result.stderr.trim().split("\n").at(-1);
      assert.equal((await ssh(machine, "id --user --name; id --groups --name")).stdout, "deploy\ndeploy www-data\n");
      const green = await ssh(machine, "sudo -n nginx -t");
      assert.equal(green.code, 0, green.stderr);
      const reloaded = await ssh(machine, "sudo -n systemctl reload nginx.service");
      assert.equal(reloaded.code, 0, reloaded.stderr);
      const refused = await ssh(machine, "sudo -n systemctl start nginx.service");
      assert.deepEqual([refused.code, said(refused)], [1, "sudo: a password is required"]);
    });

    test("shows deploy its nginx workers in their control group, and no others", async () => {
      const group = await machine.deploy(
        "cat /sys/fs/cgroup$(systemctl show --property ControlGroup --value nginx)/cgroup.procs",
      );
      const master = (await machine.must("cat /run/nginx.pid")).trim();
      const workers = await machine.must(`cat /proc/${master}/task/${master}/children`);
      assert.deepEqual(group.stdout.split("\n").filter(Boolean).sort(), [master, ...workers.trim().split(" ")].sort());
    });

    test("keeps what was written through a power cut, and its release through a shutdown", async () => {
      await machine.deploy("echo kept >~/file");
      await machine.powerCut();
      await assert.rejects(machine.http("/"));
      await machine.boot();
      assert.equal((await machine.deploy("cat ~/file")).stdout, "kept\n");
      await machine.powerOff();
      await machine.boot();
      assert.equal((await machine.http("/")).status, 200);
    });

    test("is out of reach while its link is cut", async () => {
      machine.cutLink();
      const cut = await ssh(machine, "true", ["-o", "ConnectTimeout=1"]);
      machine.restoreLink();
      assert.equal(cut.code, 255);
      assert.equal((await ssh(machine, "true")).code, 0);
    });
  });
}

describe("a machine's options", { skip }, () => {
  test("leave the include missing, and nginx down", async () => {
    const machine = await startMachine("bare", { suite: "bookworm", include: "missing", poolGroup: false });
    assert.equal((await machine.root("systemctl is-active nginx.service")).stdout, "failed\n");
    assert.match(
      (await machine.root("nginx -t")).stderr,
      /root_dir\.nginx\.conf" failed \(2: No such file or directory\)/,
    );
    assert.equal((await machine.deploy(`test -w ${machine.pool}`)).code, 1);
    await machine.close();
  });

  test("leave the include missing, and nginx running without having read of it", async () => {
    const machine = await startMachine("unread", { suite: "trixie", include: "unread" });
    assert.equal((await machine.root("systemctl is-active nginx.service")).stdout, "active\n");
    assert.equal((await machine.root("nginx -t")).code, 1);
    assert.equal((await machine.deploy(`test -w ${machine.pool}`)).code, 0);
    await machine.close();
  });
});

describe("closing a machine", { skip }, () => {
  test("leaves no mount, namespace, link, control group or process", async () => {
    const machine = await startMachine("gone", { suite: "bookworm" });
    const number = Number(machine.address.split(".").at(2));
    const init = (await machine.must("cat /proc/1/comm")).trim();
    assert.deepEqual(
      [init, ...leftovers(number)],
      ["systemd", "control group", "disk", "link", "mounts", "namespace", "processes"],
    );
    await machine.close();
    assert.deepEqual(leftovers(number), []);
  });
});

function leftovers(number: number): string[] {
  const there = {
    "control group": existsSync(groupDir(number)),
    disk: existsSync(`/run/pulumi-site-release/disks/${number}`),
    link: must("ip", "-br", "link").includes(`sr${number}@`),
    mounts: readFileSync("/proc/mounts", "utf8").includes(`/pulumi-site-release/disks/${number}/`),
    namespace: must("ip", "netns")
      .split("\n")
      .some((line) => line.split(" ")[0] === `site-release-${number}`),
    processes: readdirSync("/proc").some((pid) => cgroupOf(pid).includes(`/site-release-${number}/`)),
  };
  return Object.entries(there).flatMap(([name, yes]) => (yes ? [name] : []));
}

function cgroupOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, "utf8");
  } catch {
    return ""; // no process, or one that ended
  }
}

function ssh(machine: Machine, command: string, options: readonly string[] = []): Promise<Result> {
  const { host, user, privateKeyPath } = machine.connection;
  const strict = ["-o", "BatchMode=yes", "-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no"];
  return run("ssh", ["-F", "none", "-i", privateKeyPath, ...strict, ...options, `${user}@${host}`, command]);
}
