import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { release } from "../../provider/lifecycle/index.ts";
import { isForRelease } from "../../provider/resourceArgs.ts";
import { apply } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { releasesOf } from "../support/oldReleases.ts";
import { ownCache, trashEmptied } from "../support/releaseTree.ts";
import { type Sandbox, startSandbox } from "../support/sandbox.ts";
import type { PlainArgs } from "../support/stack.ts";
import { strategies } from "../support/strategies.ts";

ownCache();

for (const strategy of strategies)
  describe(`retention from switch to switch by ${strategy}`, { timeout: 120_000 }, () => {
    let sandbox: Sandbox;
    let builds: Builds;
    before(async () => {
      sandbox = await startSandbox({ strategy });
      builds = new Builds();
    });
    after(async () => {
      builds?.close();
      await sandbox?.close();
    });

    const args = (version: string, keepReleases: number): PlainArgs => ({
      connection: sandbox.connection,
      deployPath: sandbox.deployPath,
      version,
      source: builds.make(version, {
        "public/index.php": `<?php while (isset($_GET['slow']) && !is_file('${sandbox.dir}/go')) usleep(10000); echo 'version ${version}';`,
      }),
      nginx: sandbox.nginx,
      pools: [sandbox.pool],
      probe: { port: sandbox.httpPort, timeout: 5 },
      drainTimeout: 0.2,
      keepReleases,
      strategy,
    });
    const deploy = async (version: string, keepReleases: number) => {
      if (strategy === "symlink") age();
      const { report } = (await apply(args(version, keepReleases), sandbox.serverName)).release;
      const { status, pruned } = report as { status: string; pruned: string };
      return [status, pruned, releasesOf(sandbox.deployPath).join(" ")];
    };
    /** Two hours pass: by symlink what was just left stays, whoever serves it. */
    const age = () => {
      const journal = join(sandbox.deployPath, ".site-release/journal.jsonl");
      const earlier = (time: string) => new Date(Date.parse(time) - 7_200_000).toISOString().replace(/\.\d+/, "");
      if (existsSync(journal))
        writeFileSync(
          journal,
          readFileSync(journal, "utf8").replace(/(?<="at":")[^"]+/g, (time) => earlier(time)),
        );
    };
    const get = async (query: string) => {
      const answer = await fetch(`http://127.0.0.1:${sandbox.httpPort}/${query}`);
      return answer.text();
    };

    test("older releases go when the next version comes, and what one goes back to is there", async () => {
      assert.deepEqual(await deploy("1", 1), ["uploaded", "none", "1"]);
      assert.deepEqual(await deploy("2", 1), ["uploaded", "none", "1 2"]);
      assert.deepEqual(await deploy("3", 1), ["uploaded", "none", "1 2 3"]);
      assert.deepEqual(await deploy("4", 1), ["uploaded", "none", "1 2 3 4"]);
      assert.deepEqual(await deploy("5", 1), ["uploaded", "1", "2 3 4 5"]);
      assert.deepEqual(await deploy("2", 1), ["reused", "none", "2 3 4 5"]);
      assert.equal(await get(""), "version 2");
      assert.deepEqual(await deploy("6", 1), ["uploaded", "3", "2 4 5 6"]);
      assert.equal(await get(""), "version 6");
      assert.deepEqual(await deploy("7", 0), ["uploaded", "5, 4", "2 6 7"]);
    });

    // What has to do with workers that leave, and what no strategy has a part in, runs on one.
    const once = { skip: strategy === "symlink" && "runs by include" };
    test("a release that old workers still serve stays until they are gone", once, async () => {
      const slow = get("?slow");
      await sleep(300);
      assert.deepEqual(await deploy("8", 0), ["uploaded", "2", "6 7 8"]);
      assert.deepEqual(await deploy("9", 0), ["uploaded", "6", "7 8 9"]);
      assert.deepEqual(await deploy("10", 0), ["uploaded", "none", "10 7 8 9"]);
      // A worker that still leaves may have been reloaded by others while 8 was live: nobody can tell which of them it serves.
      assert.deepEqual(await deploy("11", 0), ["uploaded", "none", "10 11 7 8 9"]);
      writeFileSync(join(sandbox.dir, "go"), "");
      assert.equal(await slow, "version 7");
      await sleep(300);
      assert.deepEqual(await deploy("12", 0), ["uploaded", "9, 8, 7", "10 11 12"]);
    });

    test("neither a release nor its switch waits for what is deleted", once, async () => {
      await sandbox.deploy(`cd ${sandbox.deployPath}/releases/10 && mkdir var && cd var && seq 30000 | xargs touch`);
      const trash = join(sandbox.deployPath, ".site-release/trash");
      const staged = deploy("13", 0);
      const deleting = await found(`rm -rf ${trash}/`);
      process.kill(deleting, "SIGSTOP");
      try {
        assert.deepEqual(await staged, ["uploaded", "10", "11 12 13"]);
        assert.equal(await get(""), "version 13");
        assert.equal(readdirSync(trash).length, 1);
        const niceness = spawnSync("ps", ["-o", "ni=", "-p", String(deleting)], { encoding: "utf8" }).stdout.trim();
        assert.equal(niceness, "19");
      } finally {
        process.kill(deleting, "SIGCONT");
      }
      await trashEmptied(sandbox.deployPath);
    });

    test("another resource's site is not pruned, and who has it is in the report", once, async () => {
      const wanted = Object.fromEntries(Object.entries(args("14", 0)).filter(([name]) => isForRelease(name)));
      const { inputs } = await release.check({}, { ...wanted, __urn: "urn:pulumi:other::site::t::example.com" });
      const { report } = (await release.create(inputs)).outs as { report: { pruned: string } };
      assert.match(report.pruned, /^none: the site belongs to example\.com of stack site\/test since 20\S+Z$/);
      assert.deepEqual(releasesOf(sandbox.deployPath).join(" "), "11 12 13 14");
    });
  });

/** The process whose command line begins so, as soon as it is there. */
async function found(command: string): Promise<number> {
  for (let tries = 0; tries < 1000; tries++) {
    const { stdout } = spawnSync("pgrep", ["--full", `^${command}`], { encoding: "utf8" });
    if (stdout !== "") return Number(stdout.split("\n")[0]);
    await sleep(1);
  }
  throw new Error(`${command} never ran`);
}
