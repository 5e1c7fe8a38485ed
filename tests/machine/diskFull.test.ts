import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { assertInvariants } from "../support/invariants.ts";
import { listing } from "../support/listing.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite, page } from "../support/machineSite.ts";
import { Updates } from "../support/updates.ts";

// One site on a disk of 3 MiB and 400 inodes goes through all of it, in this order.
describe("a full disk", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let on: MachineSite;
  let builds: Builds;
  const stack = new Updates();
  let live = "";
  before(async () => {
    builds = new Builds();
    machine = await startMachine("web1", { suite: "trixie" });
    on = new MachineSite(machine);
    const at = machine.deployPath;
    await machine.must(`cp -a ${at} /tmp/site && mount -t tmpfs -o size=3m,nr_inodes=400,mode=0755 tmpfs ${at}`);
    await machine.must(`cp -a /tmp/site/. ${at} && nginx -t && systemctl restart nginx.service`);
  });
  after(async () => {
    stack.close();
    on?.close();
    await machine?.close();
    builds?.close();
  });

  /** What a version that is to go live is refused with. */
  const up = async (version: string, files: Record<string, string> = {}) => {
    const { connection, deployPath } = machine;
    const source = builds.make(version, { "public/index.php": page(version), ...files });
    const { errors } = await stack.up({ connection, deployPath, version, source, drainTimeout: 5 });
    if (errors.length === 0) live = version;
    return errors;
  };
  const grow = (option: string) => machine.must(`mount -o remount,${option} ${machine.deployPath}`);
  /** A version that cannot come leaves all as it was, and comes at the next run after room was made; gives the error. */
  const refusedUntil = async (room: () => Promise<unknown>, version: string, files?: Record<string, string>) => {
    const before = await listing(machine);
    const errors = await up(version, files);
    assert.equal(errors.length, 1);
    assert.deepEqual(await listing(machine), before);
    await assertInvariants(on, { serves: live });
    await room();
    assert.deepEqual(await up(version), []);
    await assertInvariants(on, { serves: version });
    return errors.join("\n");
  };

  test("is seen before anything of a version is written, and the error has the numbers", async () => {
    assert.deepEqual(await up("1"), []);
    const error = await refusedUntil(() => grow("size=16m"), "2", { big: randomBytes(2_000_000).toString("hex") });
    assert.match(
      error,
      /^Cannot put release 2 into \/var\/www\/example\.com on 198\.18\.\d+\.2: 2 files \([0-9]+ inodes, 3912 KiB\) are to come: 2 has 3906 KiB of files, \/var\/www\/example\.com has 30\d\d KiB and 38\d inodes free; what had arrived was removed\. Free some space on the host$/,
    );
  });

  test("is seen beforehand where directories take the last inodes", async () => {
    // Each directory takes an inode too.
    const files = Object.fromEntries(Array.from({ length: 250 }, (_, number) => [`d${number}/empty`, ""]));
    const error = await refusedUntil(() => grow("nr_inodes=1000"), "3", files);
    assert.match(
      error,
      /^Cannot put release 3 into \/var\/www\/example\.com on 198\.18\.\d+\.2: 251 files \(502 inodes, 4 KiB\) are to come: 3 has 0 KiB of files, \/var\/www\/example\.com has \d+ KiB and 37\d inodes free; what had arrived was removed\. Free some space on the host$/,
    );
  });

  test("stops the switch to a version that is on the host, before nginx hears of it", async () => {
    const ballast = `${machine.deployPath}/shared/ballast`;
    await machine.deploy(`cat /dev/zero >${ballast}`);
    const error = await refusedUntil(() => machine.must(`: >${ballast}`), "1");
    assert.match(
      error,
      /^Cannot switch example\.com to 1 on 198\.18\.\d+\.2: no room or no right to write \(tmpfs .* 100% \/var\/www\/example\.com\); 3 stays live\. Make room and try again$/,
    );
  });
});
