import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { ask } from "../../provider/cli/ask.ts";
import { statusOf } from "../../provider/cli/observed.ts";
import type { Request } from "../../provider/cli/request.ts";
import { symlinkLines } from "../../provider/serverBlock.ts";
import type { ProbePlan, SwitchPlan } from "../../provider/switch/plan.ts";
import { switchTo } from "../../provider/switch/switch.ts";
import { until } from "../support/command.ts";
import { localTransport } from "../support/localTransport.ts";
import { siteBlock } from "../support/sandboxFiles.ts";
import { probePlan } from "../support/site.ts";
import { switchPlanOf } from "../support/switchPlan.ts";
import { type SwitchRig, startSwitchRig } from "../support/switchRig.ts";
import { refusal } from "../support/told.ts";

const context = { owner: { id: "o1", stack: "project/dev", resource: "example.com" }, takeOver: true };
const left = (dir: string) => readdirSync(dir).filter((name) => name.startsWith("pulumi-site-release"));

describe("the first switch by symlink", { timeout: 120_000 }, () => {
  let rig: SwitchRig;
  let config = "";
  let block = "";
  before(async () => {
    rig = await startSwitchRig({ strategy: "symlink" });
    config = readFileSync(`${rig.nginx.confDir}/nginx.conf`, "utf8");
    block = siteBlock(rig);
    assert.ok(config.includes(block));
  });
  after(() => rig?.close());

  const released = async (...versions: readonly string[]) => {
    for (const version of versions) {
      await rig.writeFile(`${rig.deployPath}/releases/${version}/public/index.php`, `<?php echo 'version ${version}';`);
      await rig.writeFile(`${rig.ownDir}/manifests/${version}`, "site-release-manifest 1 files=1 bytes=25 digest=0\n");
    }
  };
  /** The site as it was before its first switch, with a server block of the test's. */
  const begin = async (text: string) => {
    await rig.deploy(
      `cd ${rig.deployPath} && chmod -R u+w . && rm -rf releases current .site-release root_dir.nginx.conf`,
    );
    await rig.writeFile(rig.includePath, `set $root_dir ${rig.ownDir}/empty;\n`);
    await released("1", "2", "3");
    await reread(text);
  };
  /** What root does: another server block, and a reload that has an end. */
  const reread = async (text: string) => {
    writeFileSync(
      `${rig.nginx.confDir}/nginx.conf`,
      config.replace(block, () => text),
    );
    const pid = readFileSync(rig.nginx.pidFile, "utf8").trim();
    const workers = () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    const old = workers();
    assert.equal((await rig.deploy(rig.nginx.reload)).code, 0);
    await until("workers of the new configuration alone", 5, async () => !workers().some((one) => old.includes(one)));
  };
  // Nothing of nginx's is known or allowed to the login.
  const helpless = { test: "false", reload: "false", timeout: 60, pidFile: "/nowhere/nginx.pid", confDir: "/nowhere" };
  const to = (version: string, changes: Partial<SwitchPlan> = {}, probe: Partial<ProbePlan> = {}) => {
    const site = {
      serverName: rig.serverName,
      deployPath: rig.deployPath,
      publicDir: "public",
      includePath: rig.includePath,
    };
    const plan = switchPlanOf(version, {
      ...{ site, strategy: "symlink", pools: [rig.pool], nginx: helpless, drainTimeout: 1 },
      probe: probePlan({ port: rig.httpPort, ...probe }),
      ...changes,
    });
    return switchTo(localTransport(rig.user), plan, context, () => {});
  };
  const page = async () => {
    const answer = await fetch(`http://127.0.0.1:${rig.httpPort}/`, { headers: { Host: rig.serverName } });
    return answer.status === 200 ? await answer.text() : answer.status;
  };
  const request = (): Request => {
    const { deployPath, includePath } = rig;
    const { pidFile, confDir } = helpless;
    return { command: "status", where: "local", deployPath, includePath, pidFile, confDir, limit: 1, json: true };
  };
  const committed = () => rig.journal().findLast(({ step }) => step === "committed");
  const lines = () => symlinkLines({ serverName: rig.serverName, deployPath: rig.deployPath, publicDir: "public" });
  const advice = () =>
    `Put these lines into nginx's configuration for example.com, and reload it (nginxSnippet({ strategy: "symlink", … }) gives a whole server block):\n${lines()}`;

  test("proves that requests follow current, and leaves nothing of its proof", async () => {
    await begin(block);
    const { report, warnings } = await to("1");
    assert.deepEqual(
      [report.status, report.reloads, report.drain, warnings],
      ["switched", 0, "unknown: without a reload nobody can see which requests still use the old version", []],
    );
    assert.equal(await page(), "version 1");
    assert.deepEqual(committed(), {
      step: "committed",
      strategy: "symlink",
      public: "public",
      resolves: "yes",
      from: "",
      to: "1",
    });
    assert.deepEqual(left(`${rig.deployPath}/releases/1/public`), []);
    assert.equal((await to("1")).report.status, "unchanged");
    const seen = statusOf(await ask(localTransport(rig.user), request(), 30), {
      host: "h",
      deployPath: rig.deployPath,
    });
    assert.deepEqual(
      [seen.problems, seen.unseen, seen.live, seen.strategy, seen.include?.rootThere, seen.workers],
      [[], [], "1", "symlink", true, "unneeded"],
    );
    assert.deepEqual([(await to("2")).report.status, await page()], ["switched", "version 2"]);
    await assert.rejects(to("3", {}, { expectStatus: [204], timeout: 1 }), /, expected 204; restored 2\n/);
    assert.deepEqual([await page(), readlinkSync(`${rig.deployPath}/current`)], ["version 2", "releases/2"]);
    assert.equal(rig.include(), `set $root_dir ${rig.ownDir}/empty;\n`);
  });

  test("is refused where nginx does not follow it, and the placeholder is what it comes back to", async () => {
    await begin(siteBlock({ ...rig, strategy: "include" }));
    assert.equal(
      (await refusal(to("1"))).replace(/[0-9a-f]{12}(?=\.css)/, "RUN"),
      `Cannot switch example.com to 1 on this host: requests do not resolve through ${rig.deployPath}/current: ` +
        `GET /pulumi-site-release-RUN.css answered 404, expected the new release, without a reload; pointed current at the placeholder. ` +
        `${advice()}\nNo earlier version: the site answers 404 until a healthy one is released`,
    );
    assert.deepEqual(
      [left(`${rig.deployPath}/releases/1/public`), rig.named()],
      [[], `${rig.deployPath}/.site-release/empty`],
    );
    assert.equal(rig.journal().at(-1)?.reason, "current-unresolved");
  });

  for (const [what, text, word] of [
    [
      "its script",
      () =>
        block.replaceAll("$root_dir$fastcgi", "$document_root$fastcgi").replaceAll("\n            root $root_dir;", ""),
      "SCRIPT_FILENAME",
    ],
    [
      "its document root",
      () => block.replace("DOCUMENT_ROOT $root_dir", `DOCUMENT_ROOT ${rig.deployPath}/current/public`),
      "DOCUMENT_ROOT",
    ],
  ] as const)
    test(`is refused where PHP gets ${what} through the link`, async () => {
      await begin(text());
      const why = await refusal(to("1"));
      assert.match(
        why,
        new RegExp(
          `: PHP gets the path through the link, ${word} ${rig.deployPath}/current/public.*: with its default`,
        ),
      );
      assert.match(why, new RegExp(`"fastcgi_param ${word} \\$root_dir`));
      assert.deepEqual(left(`${rig.deployPath}/releases/1/public`), []);
    });

  test("says what it could not see of a site that runs its front controller alone", async () => {
    await begin(
      block.replace("location ~ \\.php$ {", "location ~ ^/.+-.+\\.php$ { return 404; }\n        location ~ \\.php$ {"),
    );
    const { report, warnings } = await to("1");
    assert.equal(report.status, "switched");
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^Whether PHP gets the real path could not be seen \(GET \S+\.php answered 404\)/);
    assert.equal(committed()?.resolves, "yes");
  });

  test("goes by its probe where the release is somebody else's, and the next one proves it", async () => {
    await begin(block);
    await rig.deploy(`chmod a-w ${rig.deployPath}/releases/1/public`);
    const { warnings } = await to("1");
    assert.match(warnings.join(), /^Whether requests resolve through .*may not write into .*\/releases\/1\/public/);
    assert.equal(committed()?.resolves, undefined);
    assert.deepEqual([(await to("2")).warnings, committed()?.resolves], [[], "yes"]);
  });

  test("after the include proves itself although the version is live, and the way back does too", async () => {
    const byInclude = { strategy: "include", nginx: rig.nginx } as const;
    const includeBlock = siteBlock({ ...rig, strategy: "include" });
    await begin(includeBlock);
    await to("1", byInclude);
    // Root has not changed the server block yet: nobody follows the link, which a file system without times of access does not tell.
    const tells = (
      await rig.deploy(`cd ${rig.dir} && ln -s nowhere l && touch -h -a -d @1 l && readlink l && stat -c %X l && rm l`)
    ).stdout
      .trim()
      .endsWith("\n1");
    if (!tells)
      assert.match(
        await refusal(to("1")),
        /: 1 was live already, and nobody has followed the link while the site was asked,/,
      );
    await assert.rejects(to("2"), / GET \S+\.css answered 200 with something else, .*; restored 1\. /);
    assert.deepEqual([await page(), readlinkSync(`${rig.deployPath}/current`)], ["version 1", "releases/1"]);
    await reread(block);
    assert.deepEqual([(await to("1")).report.status, committed()?.resolves], ["switched", undefined]);
    assert.equal((await to("1")).report.status, "unchanged");
    await to("2");
    assert.equal(committed()?.resolves, "yes");
    // The way back: a first try, however it ends, has the include name what is live, before root has nginx read it.
    await assert.rejects(to("3", byInclude, { expectStatus: [204], timeout: 1 }), /expected 204; restored 2$/);
    assert.equal(rig.include(), `set $root_dir ${rig.deployPath}/releases/2/public;\n`);
    await reread(includeBlock);
    assert.equal(await page(), "version 2");
    assert.deepEqual([(await to("2", byInclude)).report.status, committed()?.strategy], ["switched", undefined]);
    assert.equal((await to("2", byInclude)).report.status, "unchanged");
  });
});

for (const [left, next] of [
  ["symlink", "include"],
  ["include", "symlink"],
] as const)
  test(`what an interrupted switch by ${left} left is restored by the next one, by ${next}`, async () => {
    const rig = await startSwitchRig({ strategy: left });
    await rig.release("1", "2");
    await rig.run("1");
    const killed = rig.run("2", {
      probe: async (shell) => {
        shell.kill("SIGKILL");
        return "commit";
      },
    });
    await assert.rejects(killed, /ended without a word/);
    assert.equal(rig.named(), `${rig.deployPath}/releases/2/public`);
    const { failure, facts } = await rig.run("2", { smoke: "abort smoke", inputs: { strategy: next } });
    assert.deepEqual(
      [failure?.reason, facts.get("recovered")],
      ["smoke-failed", "restored 1 after an interrupted switch to 2"],
    );
    assert.equal(rig.named(), `${rig.deployPath}/releases/1/public`);
    assert.equal((await rig.run("2")).outcome, "switched");
    await rig.close();
  });

test("a link of somebody else's wording comes back as it was, also after an interruption", async () => {
  const rig = await startSwitchRig({ strategy: "symlink" });
  await rig.release("1", "2");
  const current = `${rig.deployPath}/current`;
  await rig.deploy(`ln -s ./releases/../releases/1 ${current}`);
  const killed = rig.run("2", {
    probe: async (shell) => {
      assert.equal(existsSync(`${current}/public/index.php`), true);
      assert.equal(left(`${rig.deployPath}/releases/2/public`).length, 2);
      shell.kill("SIGKILL");
      return "commit";
    },
  });
  await assert.rejects(killed, /ended without a word/);
  assert.equal(readlinkSync(current), "releases/2");
  const { failure, facts } = await rig.run("2", { probe: "abort probe" });
  assert.deepEqual([failure?.reason, facts.get("restored")], ["probe-failed", "verbatim"]);
  assert.equal(readlinkSync(current), "./releases/../releases/1");
  assert.deepEqual(left(`${rig.deployPath}/releases/2/public`), []);
  const moved = await rig.run("2", {
    probe: async () => {
      await rig.deploy(`ln -sfn releases/1 ${current}`);
      return "commit";
    },
  });
  assert.deepEqual([moved.failure?.reason, readlinkSync(current)], ["current-moved", "./releases/../releases/1"]);
  await rig.deploy(`rm ${current} && mkdir ${current}`);
  assert.deepEqual((await rig.run("2")).failure, { reason: "current-is-directory", detail: current });
  await rig.close();
});
