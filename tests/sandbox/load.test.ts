import { deepEqual, equal, ok } from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeBuilds } from "../../tools/demo/builds.ts";
import { example } from "../../tools/demo/places.ts";
import { startLoad } from "../support/load.ts";
import { type Sandbox, startSandbox } from "../support/sandbox.ts";
import { startSwitchRig } from "../support/switchRig.ts";

/** Puts the demo's versions 1, 2 and 3 (which is broken) on a sandbox, by way of `builds`. */
async function fill({ deployPath, deploy }: Sandbox, builds: string): Promise<void> {
  for (const part of ["site", "mistakes"]) cpSync(join(example, part), join(builds, part), { recursive: true });
  makeBuilds(builds, ["1", "2", "3"]);
  cpSync(join(builds, "builds"), join(deployPath, "releases"), { recursive: true });
  const shared = join(deployPath, "shared/var");
  equal((await deploy(`mkdir -p ${shared}`)).code, 0);
  for (const version of ["1", "2", "3"]) symlinkSync(shared, join(deployPath, "releases", version, "var"));
}

describe("the load on a real nginx and php-fpm", () => {
  let sandbox: Sandbox;
  let builds = "";

  /** The switch as a shell does it: include, reload, and time for the old workers to leave. */
  async function switchTo(version: string) {
    const { deployPath, includePath, nginx } = sandbox;
    const { code, stderr } = await sandbox.deploy(
      `echo 'set $root_dir ${deployPath}/releases/${version}/public;' >${includePath}.new &&
      mv ${includePath}.new ${includePath} && ${nginx.reload}`,
    );
    equal(code, 0, stderr);
    await sleep(500);
  }

  before(async () => {
    sandbox = await startSandbox();
    builds = mkdtempSync(join(tmpdir(), "load-"));
    await fill(sandbox, builds);
    await switchTo("1");
  });
  after(async () => {
    await sandbox.close();
    rmSync(builds, { recursive: true, force: true });
  });

  const load = () =>
    startLoad({ url: `http://127.0.0.1:${sandbox.httpPort}/`, host: sandbox.serverName, rate: 100, connections: 20 });

  it("finds switches by include and reload harmless but for reused connections", async () => {
    const running = load();
    running.mark("calm", "1");
    for (const version of ["2", "1", "2", "1"]) {
      await sleep(300);
      running.mark(`to ${version}`);
      await switchTo(version);
      running.mark(version, version);
    }
    await sleep(300);
    const { requests, verdicts, versions, failures } = await running.stop();
    ok(requests > 200, `${requests} requests`);
    deepEqual(
      failures.filter(({ verdict }) => verdict !== "lostReused"),
      [],
    );
    equal(verdicts.ok + verdicts.lostReused, requests);
    deepEqual(versions.map(({ version }) => version).sort(), ["1", "2"]);
  });

  it("finds a switch that did not happen", async () => {
    const running = load();
    await sleep(200);
    running.mark("2", "2");
    await sleep(300);
    const { failures } = await running.stop();
    deepEqual(
      failures.map(({ verdict, what, version }) => ({ verdict, what, version })),
      [{ verdict: "stale", what: "200", version: "1" }],
    );
  });

  it("finds a page that is broken", async () => {
    const running = load();
    await sleep(300);
    await switchTo("3");
    await switchTo("1");
    const { verdicts, failures } = await running.stop();
    ok(verdicts.failed > 10, `${verdicts.failed} failed`);
    ok(failures.some(({ verdict, what }) => verdict === "failed" && what === "500"));
    equal(verdicts.mixed, 0);
  });
});

it("loses, mixes and delays no request at switches by symlink, with any nginx", async () => {
  const rig = await startSwitchRig({ strategy: "symlink" });
  const builds = mkdtempSync(join(tmpdir(), "load-"));
  try {
    await fill(rig, builds);
    for (const version of ["1", "2"]) await rig.writeFile(`${rig.ownDir}/manifests/${version}`, "");
    equal((await rig.run("1")).outcome, "switched");
    const url = `http://127.0.0.1:${rig.httpPort}/`;
    const running = startLoad({ url, host: rig.serverName, rate: 100, connections: 20 });
    for (const version of ["2", "1", "2", "1", "2"]) {
      running.mark(`to ${version}`);
      equal((await rig.run(version)).outcome, "switched");
      running.mark(version, version);
      await sleep(200);
    }
    running.mark("to 1 and back");
    equal((await rig.run("1", { probe: "abort probe" })).failure?.reason, "probe-failed");
    running.mark("back", "2");
    await sleep(200);
    const { requests, verdicts, versions, failures } = await running.stop();
    ok(requests > 100, `${requests} requests`);
    deepEqual([failures, verdicts.ok], [[], requests]);
    deepEqual(versions.map(({ version }) => version).sort(), ["1", "2"]);
  } finally {
    await rig.close();
    rmSync(builds, { recursive: true, force: true });
  }
});
