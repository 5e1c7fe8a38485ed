import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { apply, refusedBy } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { until } from "../support/command.ts";
import { type Deployer, deployerByScript, deployerItself, depUnavailable } from "../support/deployer.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { page } from "../support/machineSite.ts";
import { ROOT } from "../support/paths.ts";
import { asProgram, pageCode } from "../support/readme.ts";
import { contentsIn, contentsOn, everythingOn } from "../support/releaseOnDisk.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

/** What docs/moving.md has people write. */
const told = (language: string) => pageCode("docs/moving.md", "From Deployer", language);

describe("a directory that Deployer fills", () => {
  test("has the page's lines in the example's recipe", () => {
    const recipe = readFileSync(join(ROOT, "examples/from-deployer/deploy.php"), "utf8");
    const lines = told("php").split("\n");
    for (const line of lines) assert.ok(recipe.includes(line.replace(/ \/\/ .*/, "")), line);
  });
  const noMachine = machinesUnavailable();
  describe("as a script of our own does it", { skip: noMachine ?? false }, () => cases(deployerByScript));
  describe("as dep does it", { skip: noMachine ?? depUnavailable() ?? false }, () => cases(deployerItself));
});

// One directory goes through all of it, in this order.
function cases(deployerOn: (machine: Machine) => Deployer | Promise<Deployer>): void {
  let machine: Machine;
  let dep: Deployer;
  let stack: Stack;
  let builds: Builds;
  before(async () => {
    machine = await startMachine("web1", { suite: "trixie" });
    dep = await deployerOn(machine);
    stack = new Stack();
    builds = new Builds();
  });
  after(async () => {
    stack?.close();
    dep?.close();
    await machine?.close();
    builds?.close();
  });

  const args = (version: string): PlainArgs => ({
    connection: machine.connection,
    deployPath: machine.deployPath,
    version,
    sharedDirs: ["storage"],
    drainTimeout: 1,
    lockTimeout: 2,
  });
  const listed = async () =>
    (await machine.deploy(`cd ${machine.deployPath} && ls -d .dep/deploy.lock release releases/* 2>/dev/null`)).stdout
      .trim()
      .split("\n");
  const block = "/etc/nginx/sites-available/example.com";
  const oldRoot = "root /var/www/example.com/current/public;";
  /** The page's program, with a release's name. */
  const upAsToldTo = async (version: string, more = "") => {
    const program = asProgram(told("ts"), machine.connection).replace("sharedDirs", `${more} sharedDirs`);
    stack.write(`${program}\nexports.report = site.report;`);
    assert.equal((await stack.pulumi("config", "set", "version", version)).code, 0);
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(await machine.http("/"), { status: 200, body: `version ${version}` });
    assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), `releases/${version}\n`);
    return (await stack.outputs()).report;
  };

  test("is taken over as the page says: what is live is adopted, and nothing of it changes", async () => {
    await machine.must(`
      rm -r ${machine.deployPath}/.site-release ${machine.includePath}
      sed -i -e '/^ *include .*root_dir/d' -e 's,^ *root .*,${oldRoot},' -e 's/\\$root_dir/$realpath_root/' ${block}
      nginx -t && systemctl restart nginx.service`);
    await dep.prepare("1");
    await dep.publish();
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
    const live = `${machine.deployPath}/releases/1`;
    const before = await everythingOn(machine, live);

    const lines = told("nginx").replaceAll("\n", "\\n");
    await machine.must(`sed -i 's,${oldRoot},${lines},' ${block}`);
    const current = (await machine.must(`readlink ${machine.deployPath}/current`)).trim();
    const report = await upAsToldTo(current.replace("releases/", ""));
    assert.equal(report?.release?.status, "adopted");
    assert.deepEqual(await everythingOn(machine, live), before);
  });

  test("is switched where Deployer left the switch to us, and its link and lock are finished", async () => {
    await dep.prepare("2");
    assert.deepEqual(await listed(), [".dep/deploy.lock", "release", "releases/1", "releases/2"]);
    await apply(args("2"));
    assert.deepEqual(await listed(), ["releases/1", "releases/2"]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), "releases/2\n");
  });

  test("keeps the live release through Deployer's next one", async () => {
    await dep.prepare("3");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    assert.deepEqual(await listed(), [".dep/deploy.lock", "release", "releases/1", "releases/2", "releases/3"]);
  });

  test("is waited for while Deployer holds its lock, and then the lock is named", async () => {
    const since = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d";
    assert.match(
      await refusedBy(args("1")),
      /^Cannot switch example\.com to 1 on 198\.18\.\d+\.2: Deployer holds \.dep\/deploy\.lock \(ci, \d+ s old\), expected it to end within 2 s\. Let it finish, or run "dep deploy:unlock" if it is dead$/,
    );
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    // A release that Deployer may still fill is not even adopted.
    await machine.deploy(`cp -a ${machine.deployPath}/releases/2 ${machine.deployPath}/releases/other`);
    assert.match(
      await refusedBy(args("other")),
      new RegExp(
        `^Cannot put release other into /var/www/example\\.com on 198\\.18\\.\\d+\\.2: Deployer holds /var/www/example\\.com/\\.dep/deploy\\.lock \\(ci, since ${since}\\), so /var/www/example\\.com/releases/other may not be complete\\. Wait until it ends; if it was interrupted: dep deploy:unlock$`,
      ),
    );
    await machine.deploy(`rm -r ${machine.deployPath}/releases/other`);
  });

  test("goes on as soon as Deployer is done", async () => {
    const switching = apply({ ...args("2"), lockTimeout: 30 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await dep.publish();
    const { switch: outs } = await switching;
    assert.equal(outs.liveVersion, "2");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    // Deployer moved `current`; ours is the last word.
    assert.equal(await machine.must(`readlink ${machine.deployPath}/current`), "releases/2\n");
  });

  test("keeps what is live through Deployer's clean-up as long as that is among its newest", async () => {
    assert.deepEqual(await listed(), ["releases/1", "releases/2", "releases/3"]);
    await dep.cleanup(2);
    assert.deepEqual(await listed(), ["releases/2", "releases/3"]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });

  test("keeps Deployer's lock where the release was refused, until deploy:unlock", async () => {
    await dep.prepare("4", "<?php http_response_code(500);");
    assert.match(
      await refusedBy(args("4")),
      /^Cannot switch example\.com to 4 on 198\.18\.\d+\.2: GET \/ answered 500, expected a status below 500; 2 stays live$/,
    );
    assert.deepEqual(await listed(), [".dep/deploy.lock", "release", "releases/2", "releases/3", "releases/4"]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    await assert.rejects(dep.prepare("5"), /Deploy locked by ci/);
    await dep.unlock();
    await dep.prepare("5");
    assert.equal((await apply(args("5"))).switch.liveVersion, "5");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 5" });
    // What became of 4 is Deployer's affair: up to 7.0.1 its next release removes it.
    const ended = await listed();
    assert.deepEqual(
      ended.filter((path) => path !== "releases/4"),
      ["releases/2", "releases/3", "releases/5"],
    );
  });

  test("goes on without Deployer: its release is what an upload shares with, and stays as it is", async () => {
    const before = await everythingOn(machine, `${machine.deployPath}/releases/5`);
    const source = builds.make("6", { "public/index.php": page("6"), "public/page.css": "a {}" });
    const report = await upAsToldTo("6", `source: ${JSON.stringify(source)}, writableMode: "0777",`);
    assert.equal(report?.release?.status, "uploaded");
    const links = { ".env": "../../shared/.env", storage: "../../shared/storage" };
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(source, path));
    assert.deepEqual(await contentsOn(machine, `${machine.deployPath}/releases/6`), contentsIn(source));
    assert.deepEqual(await everythingOn(machine, `${machine.deployPath}/releases/5`), before);
  });

  test("goes back to Deployer as the page says", async () => {
    const lines = told("nginx").split("\n");
    await machine.must(`sed -i -e '/${lines[0]?.replaceAll("/", "\\/")}/d' -e 's,${lines[1]},${oldRoot},' ${block}`);
    await machine.must("nginx -t && systemctl reload nginx.service");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 6" });
    await dep.prepare("7");
    await dep.publish();
    // As soon as the last of nginx's old workers has left.
    await until("version 7", 5, async () => (await machine.http("/")).body === "version 7");
  });
}
