import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { until } from "../support/command.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { everythingOn } from "../support/releaseOnDisk.ts";
import { timeless } from "../support/told.ts";
import { Updates } from "../support/updates.ts";

// One site goes through all of it, in this order, with keepReleases 1: one complete release besides those that something needs.
describe("older releases", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let builds: Builds;
  const stack = new Updates();
  const other = new Updates("other");
  before(async () => {
    builds = new Builds();
    machine = await startMachine("web1", { suite: "trixie" });
    await machine.must("install -d -o www-data /var/www/slow");
  });
  after(async () => {
    stack.close();
    other.close();
    await machine?.close();
    builds?.close();
  });

  const slow =
    "if ($_SERVER['REQUEST_URI'] === '/slow') { touch('/var/www/slow/begun'); while (!is_file('/var/www/slow/go')) usleep(10000); }";
  /** Releases a version, and tells what became of the others. */
  const up = async (version: string, by = stack) => {
    const { connection, deployPath } = machine;
    const source = builds.make(version, { "public/index.php": `<?php ${slow} echo "version ${version}";` });
    const ended = await by.up({ connection, deployPath, version, source, drainTimeout: 0.5, keepReleases: 1 });
    assert.deepEqual(ended.errors, []);
    assert.deepEqual(await machine.http("/"), { status: 200, body: `version ${version}` });
    const pruned = timeless(String(ended.report.release?.pruned));
    const listed = await machine.must(`cd ${deployPath} && ls releases && echo : && ls .site-release/manifests`);
    const [there = "", manifests = ""] = listed.trim().split("\n:\n");
    const warnings = ended.warnings.filter((warning) => !warning.startsWith("nginx "));
    return { pruned, there: there.split("\n"), manifests: manifests.split("\n"), warnings };
  };
  const draining = "Old nginx workers still finish requests; the release they serve is kept";
  let answered: ReturnType<Machine["http"]>;

  test("stay while nobody has the site, and then the oldest that nothing needs goes", async () => {
    const on = new MachineSite(machine);
    await on.stage("1", "2");
    on.close();
    assert.deepEqual(await up("3"), {
      pruned: "none",
      there: ["1", "2", "3"],
      manifests: ["1", "2", "3"],
      warnings: [],
    });
    answered = machine.http("/slow");
    await until("the slow request", 5, async () => (await machine.root("test -e /var/www/slow/begun")).code === 0);
    const { pruned, there, warnings } = await up("4");
    assert.deepEqual({ pruned, there }, { pruned: "1", there: ["2", "3", "4"] });
    assert.deepEqual(warnings, [draining]);
  });

  test("that others put there, or have not finished, are neither counted nor removed, and named once", async () => {
    const foreign = `${machine.deployPath}/releases/foreign`;
    await machine.must(`mkdir -p ${foreign}/public && touch -d 2001-01-01 ${foreign}/public/index.php ${foreign}`);
    await machine.deploy(
      `mkdir ${machine.deployPath}/releases/half && echo half >${machine.deployPath}/releases/half/a`,
    );
    const before = await everythingOn(machine, foreign);
    const { pruned, there, warnings } = await up("5");
    assert.deepEqual({ pruned, there }, { pruned: "none", there: ["2", "3", "4", "5", "foreign", "half"] });
    assert.deepEqual(warnings, [
      `${machine.deployPath}/releases has what is no complete release of this package, and is neither counted nor pruned: foreign, half`,
      draining,
    ]);
    assert.deepEqual(await everythingOn(machine, foreign), before);
  });

  test("that an old worker still serves stay besides, and go when it is gone", async () => {
    // 5 is live, one can go back to 4, a worker serves 3, and 2 is the one that is kept.
    const { pruned, there, warnings } = await up("6");
    assert.deepEqual({ pruned, there }, { pruned: "none", there: ["2", "3", "4", "5", "6", "foreign", "half"] });
    assert.deepEqual(warnings, [draining]);
    await machine.must("touch /var/www/slow/go");
    assert.deepEqual(await answered, { status: 200, body: "version 3" });
    const ended = await up("7");
    assert.deepEqual(ended, {
      pruned: "3, 2",
      there: ["4", "5", "6", "7", "foreign", "half"],
      manifests: ["4", "5", "6", "7"],
      warnings: [],
    });
    const trash = `ls -A ${machine.deployPath}/.site-release/trash`;
    await until("an empty trash", 10, async () => (await machine.must(trash)) === "");
  });

  test("are removed by the site's owner only", async () => {
    const { pruned, there, warnings } = await up("8", other);
    assert.deepEqual(
      { pruned, there, warnings },
      {
        pruned: "none: the site belongs to example.com of stack site/test since T",
        there: ["4", "5", "6", "7", "8", "foreign", "half"],
        warnings: ["The site was taken over from example.com of stack site/test since T"],
      },
    );
    assert.deepEqual(await up("9", other), {
      pruned: "5, 4",
      there: ["6", "7", "8", "9", "foreign", "half"],
      manifests: ["6", "7", "8", "9"],
      warnings: [],
    });
  });
});
