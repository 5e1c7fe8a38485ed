import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFileSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertInvariants } from "../support/invariants.ts";
import { byEach } from "../support/strategies.ts";
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
  assert.equal(await assertInvariants(rig, { serves: ["1", "2"], interrupted: true }), "2");
  const { failure, facts } = await rig.run("2", { probe: "abort probe" });
  assert.deepEqual([failure?.reason, facts.get("restored")], ["probe-failed", "verbatim"]);
  assert.equal(rig.include(), handMade);
  await rig.close();
});

byEach("a run never comes back to a version that an interrupted one left unproved", async (start) => {
  const rig = await start();
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

test("an include that is a link to a file elsewhere is seen as released, and stays a link", async () => {
  const rig = await startSwitchRig();
  await rig.release("1");
  const real = `${rig.nginx.confDir}/live.inc`;
  renameSync(rig.includePath, real);
  symlinkSync(real, rig.includePath);
  assert.equal((await rig.run("1")).outcome, "switched");
  assert.equal(readlinkSync(rig.includePath), real);
  await assertInvariants(rig, { serves: "1" });
  rmSync(rig.includePath);
  symlinkSync("/nowhere/at/all", rig.includePath);
  assert.deepEqual((await rig.run("1")).failure, { reason: "include-unwritable", detail: "/nowhere/at/all" });
  await rig.close();
});

byEach("what a power cut left at the journal's end hides nothing that was written before it", async (start) => {
  const rig = await start();
  await rig.release("1", "2");
  await rig.run("1");
  appendFileSync(`${rig.ownDir}/journal.jsonl`, `{"at":"2026${"\0".repeat(100)}`);
  const { facts } = await rig.run("2");
  assert.equal(facts.get("live"), "1");
  await assertInvariants(rig, { serves: "2", torn: true });
  assert.equal((await rig.run("2")).outcome, "unchanged");
  await rig.close();
});

byEach(
  "what cannot be written after the commit is told, and neither takes the version back nor makes the journal lie",
  async (start) => {
    const rig = await start();
    await rig.release("1", "2");
    await rig.run("1");
    await rig.deploy(`rm ${rig.ownDir}/owner && mkdir -p ${rig.ownDir}/owner/x`);
    const { outcome, facts } = await rig.run("2");
    assert.deepEqual([outcome, facts.get("unfinished")], ["switched", `${rig.ownDir}/owner`]);
    assert.equal(readlinkSync(`${rig.deployPath}/current`), "releases/2");
    assert.equal((await rig.observe()).facts.get("live"), "2");
    await rig.close();
  },
);

byEach("a journal that cannot be written is named before anything is changed", async (start) => {
  const rig = await start();
  await rig.release("1");
  await rig.deploy(`mkdir ${rig.ownDir}/journal.jsonl && chmod 555 ${rig.ownDir}/journal.jsonl`);
  assert.deepEqual((await rig.run("1")).failure, { reason: "site-unwritable", detail: `${rig.ownDir}/journal.jsonl` });
  await rig.close();
});

test("a reload command that leaves a child behind holds up neither the switch nor the next one", async () => {
  const rig = await startSwitchRig();
  await rig.release("1", "2");
  const inputs = { reload_command: `sleep 9 & ${rig.nginx.reload}` };
  const start = performance.now();
  assert.equal((await rig.run("1", { inputs })).outcome, "switched");
  assert.equal((await rig.run("2")).outcome, "switched");
  assert.ok(performance.now() - start < 8000);
  await rig.close();
});

for (const shell of ["dash", "bash --posix", "busybox sh"]) {
  test(`${shell} hears what a command that fails has said, without its last line ends`, async () => {
    const rig = await startSwitchRig();
    await rig.release("1");
    const inputs = { reload_command: "echo; echo one; echo two >&2; printf 'three\\n\\n'; exit 7" };
    const { failure, texts } = await rig.run("1", { inputs, by: { shell } });
    assert.equal(failure?.reason, "reload-refused");
    assert.deepEqual(texts.get("reload"), ["", "one", "two", "three"]);
    await rig.close();
  });
}

test("a refused reload is no failed restore: the workers never left what they serve", async () => {
  const rig = await startSwitchRig();
  await rig.release("1", "2");
  await rig.run("1");
  const refused = await rig.run("2", { inputs: { reload_command: "echo sudo: a password is required; exit 1" } });
  assert.equal(refused.failure?.reason, "reload-refused");
  assert.deepEqual(
    [refused.facts.get("restored"), refused.facts.has("restore-failed")],
    [`${rig.deployPath}/releases/1/public`, false],
  );
  await assertInvariants(rig, { serves: "1" });
  assert.equal((await rig.run("1")).outcome, "unchanged");
  await rig.close();
});

test("nginx restarted by somebody during the probe is proof enough; stopped, it gets the include back and is told of", async () => {
  const rig = await startSwitchRig();
  await rig.release("1", "2");
  const restarted = async () => {
    await rig.stopNginx();
    await rig.startNginx();
    return "commit";
  };
  assert.equal((await rig.run("1", { probe: restarted })).outcome, "switched");
  await assertInvariants(rig, { serves: "1" });
  const stopped = async () => {
    await rig.stopNginx();
    return "abort probe";
  };
  const { failure, facts } = await rig.run("2", { probe: stopped });
  assert.deepEqual(
    [failure?.reason, facts.get("restored"), facts.has("restore-failed")],
    ["nginx-stopped", `${rig.deployPath}/releases/1/public`, false],
  );
  assert.equal(rig.include(), `set $root_dir ${rig.deployPath}/releases/1/public;\n`);
  await rig.close();
});

test("a version is drained when no old worker is left, also of the generation before somebody else's reload", async () => {
  const rig = await startSwitchRig();
  await rig.release("1", "2");
  await rig.writeFile(`${rig.deployPath}/releases/1/public/big`, "x".repeat(20_000_000));
  await rig.run("1");
  const reader = connect(rig.httpPort, "127.0.0.1");
  reader.write("GET /big HTTP/1.1\r\nHost: example.com\r\n\r\n");
  await once(reader, "readable");
  await rig.deploy(rig.nginx.reload);
  await sleep(500);
  assert.equal((await rig.run("2")).facts.get("drained"), "no");
  const { step, version, workers } = rig.journal().at(-1) ?? {};
  assert.deepEqual([step, version], ["draining", "1"]);
  assert.match(workers ?? "", /^\d+:\d+$/);
  reader.destroy();
  await rig.close();
});

byEach("no version is said to stay live that is not proved", async (start, strategy) => {
  const rig = await start();
  await rig.release("1", "2");
  await rig.run("1");
  assert.equal((await rig.run("2", { smoke: "abort smoke" })).facts.get("live"), "1");
  if (strategy === "include") writeFileSync(rig.includePath, `set $root_dir ${rig.deployPath}/releases/2/public;\n`);
  else await rig.deploy(`ln -sfn releases/2 ${rig.deployPath}/current`);
  assert.equal((await rig.run("2", { smoke: "abort smoke" })).facts.has("live"), false);
  await rig.close();
});

byEach("what ran for a version that did not go live is told of until another one does", async (start) => {
  const rig = await start();
  await rig.release("1", "2", "3", "4");
  const inputs = { before_steps: "migrate" };
  const told = async (version: string, probe = "commit") =>
    (await rig.run(version, { probe, inputs })).texts.get("step-ran") ?? [];
  const record = async (name: string, change: string) => rig.writeFile(`${rig.ownDir}/steps/${name}`, `${change}\n`);
  await record("1.migrate", "never");
  assert.deepEqual(await told("1"), ["1.migrate"]);
  const [first] = readFileSync(`${rig.ownDir}/journal.jsonl`, "utf8").match(
    /(?<="run":")\w+(?="[^}]*"step":"committed")/,
  ) ?? [""];
  await record("2.migrate", first);
  await record("2.migrate-more", "undone");
  await record("3.migrate", first);
  assert.deepEqual(await told("3", "abort probe"), ["2.migrate", "3.migrate"]);
  assert.deepEqual(await told("3"), ["2.migrate", "3.migrate"]);
  assert.deepEqual(await told("4"), []);
  await rig.close();
});

byEach("a version does not go live before a step of it that was undone has run again", async (start) => {
  const rig = await start();
  await rig.release("1", "2");
  await rig.run("1");
  await rig.writeFile(`${rig.ownDir}/steps/2.migrate`, "undone\n");
  const journal = () => rig.journal().filter(({ step }) => step !== "holds");
  const before = journal();
  const { failure } = await rig.run("2", { inputs: { before_steps: "backup migrate" } });
  assert.deepEqual([failure, journal()], [{ reason: "step-undone", detail: "migrate" }, before]);
  // Another one's is nothing to it.
  assert.equal((await rig.run("2", { inputs: { before_steps: "backup" } })).outcome, "switched");
  await rig.close();
});

byEach(
  "what goes wrong between the switch and its commit is restored, or told and mended by the next run",
  async (start) => {
    const rig = await start();
    const { deployPath, ownDir } = rig;
    await rig.release("1", "2");
    await rig.run("1");
    const one = rig.named();
    const during = (script: string) => async () => {
      assert.notEqual(rig.named(), one);
      await rig.deploy(script);
      return "commit";
    };
    const signalled = await rig.run("2", {
      probe: async (shell) => {
        shell.kill("SIGTERM");
        return "commit";
      },
    });
    assert.ok(["signalled", "probe-failed"].includes(signalled.failure?.reason ?? ""));
    assert.deepEqual([signalled.facts.get("restored"), rig.named()], [one, one]);
    const silent = await rig.run("2", {
      probe: () => sleep(1500).then(() => "commit"),
      inputs: { commit_timeout: "1" },
    });
    assert.deepEqual([silent.failure, rig.named()], [{ reason: "probe-failed", detail: "silence for 1 s" }, one]);
    const unwritten = await rig.run("2", {
      probe: during(`cd ${ownDir} && mv journal.jsonl j && mkdir journal.jsonl`),
    });
    assert.deepEqual([unwritten.failure?.reason, rig.named()], ["disk-full", one]);
    await rig.deploy(`cd ${ownDir} && rmdir journal.jsonl && mv j journal.jsonl`);
    const closed = await rig.run("2", { probe: () => during(`chmod a-w ${deployPath}`)().then(() => "abort probe") });
    assert.deepEqual([closed.failure?.reason, closed.facts.has("restore-failed")], ["probe-failed", true]);
    await rig.deploy(`chmod u+w ${deployPath}`);
    assert.match((await rig.run("1")).facts.get("recovered") ?? "", /^restored 1 after an interrupted switch to 2$/);
    assert.equal(rig.named(), one);
    await rig.close();
  },
);
