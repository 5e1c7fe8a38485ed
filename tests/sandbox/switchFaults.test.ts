import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { startSwitchRig } from "../support/switchRig.ts";

test("a restore after an interrupted first switch brings back the words of a hand-made include", async () => {
  const rig = await startSwitchRig();
  await rig.release("1", "2");
  const handMade = `set $root_dir "${rig.deployPath}/releases/1/public"; # by hand\n`;
  writeFileSync(rig.includePath, handMade);
  await rig.deploy(rig.nginx.reload);
  const killed = rig.run("2", {
    probe: async (shell) => {
      shell.kill("SIGKILL");
      return "commit";
    },
  });
  await assert.rejects(killed, /ended without a word/);
  assert.equal(rig.include(), `set $root_dir ${rig.deployPath}/releases/2/public;\n`);
  const { failure, facts } = await rig.run("2", { probe: "abort probe" });
  assert.deepEqual([failure?.reason, facts.get("restored")], ["probe-failed", "verbatim"]);
  assert.equal(rig.include(), handMade);
  await rig.close();
});

test("a run never comes back to a version that an interrupted one left unproved", async () => {
  const rig = await startSwitchRig();
  await rig.release("1", "2", "3");
  await rig.run("1");
  const killed = rig.run("2", {
    probe: async (shell) => {
      shell.kill("SIGKILL");
      return "commit";
    },
  });
  await assert.rejects(killed, /ended without a word/);
  await rig.deploy(`mv ${rig.deployPath}/releases/1 ${rig.deployPath}/gone`);
  const { failure, facts } = await rig.run("3", { probe: "abort probe" });
  assert.deepEqual([failure?.reason, facts.get("restored")], ["probe-failed", `${rig.ownDir}/empty`]);
  await rig.close();
});

test("a configuration that is red for another reason leaves a hand-made include alone", async () => {
  const rig = await startSwitchRig();
  await rig.release("1");
  const handMade = `set $root_dir "${rig.deployPath}/releases/1/public"; # by hand\n`;
  writeFileSync(rig.includePath, handMade);
  appendFileSync(`${rig.nginx.confDir}/nginx.conf`, "broken;\n");
  const { failure, facts } = await rig.run("1");
  assert.deepEqual([failure?.reason, facts.has("restore-failed")], ["test-red-before", false]);
  assert.equal(rig.include(), handMade);
  await rig.close();
});

for (const [name, text] of [
  ["that nginx cannot read", "set $root_dir"],
  ["that sets nothing", ""],
] as const) {
  test(`an include ${name} is replaced, and the placeholder is what a failure comes back to`, async () => {
    const rig = await startSwitchRig();
    await rig.release("1");
    writeFileSync(rig.includePath, text);
    const { failure, facts } = await rig.run("1", { probe: "abort probe" });
    assert.deepEqual([failure?.reason, facts.get("restored")], ["probe-failed", `${rig.ownDir}/empty`]);
    assert.equal((await rig.run("1")).outcome, "switched");
    await rig.close();
  });
}
