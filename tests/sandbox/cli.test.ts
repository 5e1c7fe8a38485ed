import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFileSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import type { History } from "../../provider/cli/history.ts";
import type { Status } from "../../provider/cli/status.ts";
import { must, until } from "../support/command.ts";
import { siteCommand, siteWords } from "../support/siteCommand.ts";
import { type SwitchRig, startSwitchRig } from "../support/switchRig.ts";

const MANIFEST = "site-release-manifest 1 files=3 bytes=77 digest=0\n";

describe("the command line on a site", { timeout: 120_000 }, () => {
  let rig: SwitchRig;
  before(async () => {
    rig = await startSwitchRig();
    await rig.release("1", "2", "3");
    for (const version of ["1", "2", "3"]) await rig.writeFile(`${rig.ownDir}/manifests/${version}`, MANIFEST);
    await rig.writeFile(`${rig.deployPath}/releases/1/public/big`, "x".repeat(20_000_000));
  });
  after(() => rig?.close());

  const status = async (...more: string[]): Promise<Status & { readonly code: number | undefined }> => {
    const { code, stdout, stderr } = await siteCommand("status", "--json", ...siteWords(rig), ...more);
    assert.equal(stderr, "");
    return { ...JSON.parse(stdout), code };
  };
  const history = async (...more: string[]) => {
    const { code, stdout, stderr } = await siteCommand("history", "--json", ...siteWords(rig), ...more);
    assert.deepEqual([code, stderr], [0, ""]);
    const { switches }: History = JSON.parse(stdout);
    return switches.map(({ from, to, outcome, reason, restored }) => [from, to, outcome, reason, restored]);
  };
  const texts = ({ problems }: Status) => problems.map(({ text }) => text);
  /** Somebody holds the lock on a directory, until the answer is called. */
  const hold = async (dir: string) => {
    const [holds, go] = [`${rig.dir}/holds`, `${rig.dir}/go`];
    const holder = rig.deploy(
      `exec 8<${dir} && flock 8 && : >${holds} && until [ -e ${go} ]; do sleep 0.05; done; rm ${holds} ${go}`,
    );
    await until("the lock", 20, () => existsSync(holds));
    return async () => {
      writeFileSync(go, "");
      await holder;
    };
  };

  test("tells of a site before its first switch that nothing is live", async () => {
    // Its last change, of whatever kind, is later than nginx's start.
    utimesSync(rig.includePath, new Date(), new Date());
    const { code, live, committed, include, problems, releases, workers } = await status();
    assert.deepEqual([code, live, committed, workers], [1, null, null, "unproved"]);
    assert.equal(include?.root, `${rig.ownDir}/empty`);
    assert.deepEqual(problems, [{ text: "no version is live yet", next: "pulumi up" }]);
    assert.deepEqual(
      releases.map(({ version, state, files, bytes }) => [version, state, files, bytes]),
      ["1", "2", "3"].map((version) => [version, "complete", 3, 77]),
    );
    assert.deepEqual(await history(), []);
  });

  test("tells what is live since when and by whom, the previous version, and who has the site", async () => {
    await rig.run("1");
    await rig.run("2");
    const first = await status();
    assert.deepEqual(
      [
        first.code,
        first.ok,
        first.live,
        first.committed?.version,
        first.previous,
        first.workers,
        first.current,
        first.lock,
      ],
      [0, true, "2", "2", { version: "1", state: "complete" }, "read", { target: "releases/2", version: "2" }, "free"],
    );
    assert.match(first.committed?.who ?? "", /^[\w.-]+@[\w.-]+$/);
    assert.deepEqual([first.owner?.stack, first.owner?.resource], ["project/dev", "example.com"]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    // A repair commits the version again; it is live since before.
    await rig.deploy(`ln -sfn releases/1 ${rig.deployPath}/current`);
    assert.deepEqual(texts(await status()), ["`current` points at releases/1, not at 2"]);
    writeFileSync(rig.includePath, `set $root_dir ${rig.deployPath}/releases/1/public;\n`);
    assert.deepEqual(texts(await status()).slice(0, 1), ["nginx's include names 1, and 2 was switched to last"]);
    await rig.run("2");
    assert.deepEqual((await status()).committed, first.committed);
    assert.deepEqual(await history(), [
      [null, "1", "switched", null, null],
      ["1", "2", "switched", null, null],
      ["2", "2", "repaired", null, null],
    ]);
  });

  test("tells of failed switches why, and what serves again", async () => {
    await rig.run("9");
    await rig.run("3", { smoke: "abort smoke" });
    await rig.run("3", { probe: "abort probe" });
    assert.deepEqual(await history("--limit", "3"), [
      ["2", "9", "failed", "release-missing", null],
      ["2", "3", "failed", "smoke-failed", null],
      ["2", "3", "restored", "probe-failed", "2"],
    ]);
    const { code, last, releases } = await status();
    assert.deepEqual([code, last?.to, last?.outcome], [0, "3", "restored"]);
    assert.deepEqual(
      releases.map(({ version, lastSwitch }) => [version, lastSwitch?.outcome]),
      [
        ["1", "switched"],
        ["2", "repaired"],
        ["3", "restored"],
      ],
    );
    const { stdout } = await siteCommand("history", "-n", "1", ...siteWords(rig));
    assert.match(
      stdout,
      /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ {2}[\w.-]+@[\w.-]+ {2}2 -> 3 {2}\d+ s {2}restored 2: the probe failed\n$/,
    );
  });

  test("tells of a switch that goes on, and is no reason for it to wait or fail", async () => {
    const { outcome } = await rig.run("3", {
      probe: async () => {
        const { code, lock, running, live, committed } = await status();
        assert.deepEqual([code, lock, live, committed?.version], [0, "held", "3", "2"]);
        assert.deepEqual([running?.from, running?.to, running?.step], ["2", "3", "reloaded"]);
        assert.deepEqual((await history("-n", "1"))[0]?.slice(0, 3), ["2", "3", "running"]);
        return "commit";
      },
    });
    assert.equal(outcome, "switched");
  });

  test("tells of a lock whose holder has not said who it is", async () => {
    const letGo = await hold(rig.deployPath);
    const { code, lock, running } = await status();
    assert.deepEqual([code, lock, running], [0, "held", null]);
    await letGo();
    assert.equal((await status()).lock, "free");
  });

  test("tells which workers drain, since when and what they hold", async () => {
    await rig.run("1");
    const reader = connect(rig.httpPort, "127.0.0.1");
    reader.write("GET /big HTTP/1.1\r\nHost: example.com\r\n\r\n");
    await once(reader, "readable");
    await rig.run("2");
    const { draining } = await status();
    assert.deepEqual(
      draining.map(({ versions }) => versions),
      [["1"]],
    );
    assert.match(draining[0]?.since ?? "", /^20\d\d-/);
    assert.match(must("ps", "-o", "args=", "-p", String(draining[0]?.pid)), /nginx: worker process is shutting down/);
    reader.destroy();
  });

  test("tells of an interrupted switch what the next run does, and then who ended it", async () => {
    const killed = rig.run("3", {
      probe: async (shell) => {
        shell.kill("SIGKILL");
        return "commit";
      },
    });
    await assert.rejects(killed, /ended without a word/);
    const { code, unfinished, problems, live } = await status();
    assert.deepEqual(
      [code, live, unfinished?.to, unfinished?.step, unfinished?.restores],
      [1, "3", "3", "reloaded", "2"],
    );
    assert.deepEqual(
      problems.map(({ next }) => next),
      ['"pulumi up" to 3 finishes it, to another version first restores 2'],
    );
    await rig.run("1");
    assert.deepEqual(await history("-n", "2"), [
      ["2", "3", "interrupted", null, "2"],
      ["2", "1", "switched", null, null],
    ]);
    await rig.stopNginx();
    await rig.run("3");
    const stopped = await status();
    assert.deepEqual([stopped.unfinished?.step, stopped.last?.reason], ["switching", "nginx-not-running"]);
    assert.deepEqual(texts(stopped), [
      "nginx does not run, or its pid file is another one",
      `the switch to 3 by ${stopped.unfinished?.who} was interrupted after "switching"`,
    ]);
    await rig.startNginx();
    await rig.run("1");
  });

  test("tells of what somebody changed by hand", async () => {
    const text = `set $root_dir "${rig.deployPath}/releases/2/public"; # by hand\n`;
    writeFileSync(rig.includePath, text);
    const edited = await status();
    assert.deepEqual([edited.code, edited.include?.state, edited.live, edited.workers], [1, "edited", "2", "unproved"]);
    assert.deepEqual(texts(edited), [`${rig.includePath} was edited: ${text.trim()}`]);
    writeFileSync(rig.includePath, `set $root_dir ${rig.deployPath}/releases/1/public;\n`);
    assert.deepEqual(texts(await status()), ["nothing proves that nginx's workers have read the include as it is now"]);
    rmSync(rig.includePath);
    assert.deepEqual(texts(await status()), [`${rig.includePath} is missing: nginx can neither start nor reload`]);
    await rig.run("1");
    await new Promise((resolve) => setTimeout(resolve, 200));
    appendFileSync(`${rig.nginx.confDir}/fastcgi_params`, "# edited\n");
    assert.deepEqual(texts(await status()), [
      `edits of nginx's configuration that nobody has reloaded stop the next switch: ${rig.nginx.confDir}/fastcgi_params`,
    ]);
    await rig.stopNginx();
    assert.deepEqual(texts(await status()), ["nginx does not run, or its pid file is another one"]);
    await rig.startNginx();
    assert.deepEqual(texts(await status()), []);
  });

  test("tells that nginx's configuration names the include no more, with the line to put back; elsewhere the next switch finds it", async () => {
    const { confDir } = rig.nginx;
    const [file, other, line] = [`${confDir}/nginx.conf`, `${confDir}/site.conf`, `include ${rig.includePath};`];
    const whole = readFileSync(file, "utf8");
    const next = `Put "${line}" and "root $root_dir;" back into the site's server block; then, as root: "nginx -t && systemctl reload nginx.service"`;
    const restarted = async (text: string) => {
      writeFileSync(file, text);
      await rig.stopNginx();
      await rig.startNginx();
    };
    const without = whole.replace(line, `# ${line}\nset $root_dir ${rig.dir};`);
    const unnamed = {
      text: `nginx's configuration names the include no more: ${file} did when the site was switched last`,
      next,
    };
    for (const change of [() => writeFileSync(file, without), () => restarted(without)]) {
      await change();
      const { code, include, problems } = await status();
      assert.deepEqual([code, include?.lostBy, include?.namedBy, problems], [1, file, [], [unnamed]]);
    }
    await restarted(whole);
    assert.deepEqual(texts(await status()), []);
    writeFileSync(other, `${line}\n`);
    await restarted(whole.replace(line, "include site.conf;"));
    const { include, problems } = await status();
    assert.deepEqual([include?.namedBy, problems.map((problem) => problem.next)], [[other], ["pulumi up --refresh"]]);
    await rig.run("1");
    assert.deepEqual(texts(await status()), []);
    rmSync(other);
    await restarted(whole);
    await rig.run("1");
  });

  test("tells of releases that are not complete or another tool's, of uploads, and of Deployer's lock", async () => {
    await rig.deploy(
      `cd ${rig.deployPath} && mkdir releases/half releases/deployers .dep .site-release/staging .site-release/staging/cut && ` +
        "ln -s 1 releases/link && echo ci@runner >.dep/deploy.lock && mkdir .site-release/staging/on && echo half >.site-release/staging/on/preparing",
    );
    const letGo = await hold(`${rig.ownDir}/staging/on`);
    const { code, releases, uploads, deployer } = await status();
    await letGo();
    assert.deepEqual(
      releases
        .filter(({ state }) => state !== "complete")
        .map(({ version, state, byOthers, user }) => [version, state, byOthers, user])
        .sort(),
      [
        ["deployers", "unfinished", true, rig.user],
        ["half", "unfinished", false, rig.user],
        ["link", "link", false, rig.user],
      ],
    );
    assert.deepEqual(
      uploads.map(({ user, cut, preparing }) => [user, cut, preparing]),
      [
        [rig.user, true, null],
        [rig.user, false, "half"],
      ],
    );
    assert.deepEqual([code, deployer?.holder], [0, "ci@runner"]);
    await rig.deploy(
      `cd ${rig.deployPath} && rm -r releases/half releases/deployers releases/link .dep .site-release/staging`,
    );
  });
});
