import assert from "node:assert/strict";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { until } from "../support/command.ts";
import { checkInvariants } from "../support/invariants.ts";
import { type SwitchRig, startSwitchRig } from "../support/switchRig.ts";

// What the eyes see of a real host; how it is judged is tests/unit/support/violations.test.ts's.
describe("of a site whose host is not as it must be", () => {
  let rig: SwitchRig;
  before(async () => {
    rig = await startSwitchRig();
    await rig.release("1", "2");
    await rig.run("1");
    await rig.run("2");
    assert.deepEqual(await wrong(), []);
  });
  after(() => rig?.close());

  const wrong = async () => (await checkInvariants(rig, { serves: "2" })).wrong;
  const has = async (pattern: RegExp) => assert.match((await wrong()).join("\n"), pattern);

  test("a file that changed in the previous release is seen, and one that is gone", async () => {
    const file = `${rig.deployPath}/releases/1/public/index.php`;
    appendFileSync(file, " ");
    await has(/^4\. release 1 lacks f [0-9a-f]{64} \.\/public\/index\.php$/);
    rmSync(file);
    await has(/^4\. release 1 lacks f [0-9a-f]{64} \.\/public\/index\.php$/);
    rmSync(`${rig.ownDir}/manifests/1`);
    await has(/^4\. release 1 has no manifest$/);
    await rig.release("1");
    assert.deepEqual(await wrong(), []);
  });

  test("a lock that somebody holds is seen, and what was left there", async () => {
    const holder = rig.deploy(`exec 8<${rig.nginx.confDir} && flock 8 && : >${rig.deployPath}/holds && sleep 2`);
    await until("the lock", 5, async () => (await rig.deploy(`test -e ${rig.deployPath}/holds`)).code === 0);
    writeFileSync(`${rig.ownDir}/.owner.0123456789ab`, "");
    assert.deepEqual(await wrong(), [
      `3. somebody holds the lock on ${rig.nginx.confDir}`,
      "3. ./.site-release/.owner.0123456789ab was left there",
    ]);
    rmSync(`${rig.ownDir}/.owner.0123456789ab`);
    rmSync(`${rig.deployPath}/holds`);
    await holder;
    assert.deepEqual(await wrong(), []);
  });

  test("an include that the workers have not read is seen, and one that nginx refuses", async () => {
    const ours = rig.include();
    writeFileSync(rig.includePath, ours.replace("releases/2", "releases/1"));
    const seen = await checkInvariants(rig, { serves: "1" });
    assert.equal(seen.serves, "1");
    assert.ok(seen.wrong.includes("2. the site answers 200 version 2, not as 1"), seen.wrong.join("\n"));
    writeFileSync(rig.includePath, "set $root_dir");
    await has(/^1\. the include is "set \$root_dir", not that of 2\n1\. the root [^\n]*\n1\. nginx -t is red\n/);
  });
});
