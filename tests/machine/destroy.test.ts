import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { apply } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

describe("pulumi destroy", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  before(async () => {
    builds = new Builds();
    machine = await startMachine("web1", { suite: "bookworm" });
    await machine.writeFile(`${machine.deployPath}/shared/.env`, "KEY=1");
    for (const version of ["1", "2"]) await apply(args(version));
  });
  after(async () => {
    await machine?.close();
    builds?.close();
  });
  beforeEach(async () => {
    stack = new Stack();
  });
  afterEach(() => stack.close());

  const args = (version: string): PlainArgs => ({
    connection: { ...machine.connection, dialErrorLimit: 1, perDialTimeout: 1 },
    deployPath: machine.deployPath,
    version,
    source: builds.make(version),
    sharedFiles: [".env"],
    drainTimeout: 1,
  });
  const up = async (wanted: PlainArgs) => {
    stack.declare(wanted);
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  const listed = async () =>
    (await machine.must(`cd ${machine.deployPath} && ls -d releases/* shared/.env current root_dir.nginx.conf`))
      .trim()
      .split("\n");

  test("gives the site up and leaves everything on the host", async () => {
    await up(args("3"));
    const before = await listed();
    const { code, stdout } = await stack.destroy();
    assert.equal(code, 0, stdout);
    assert.match(stdout, / nginx goes on with what it serves of \/var\/www\/example\.com \(last: 3\)\n/);
    assert.match(
      stdout,
      / \/var\/www\/example\.com stays as it is on the host, releases and shared files too: they are removed by hand, if at all\n/,
    );
    assert.deepEqual(await listed(), before);
    assert.equal((await machine.root(`test -e ${machine.deployPath}/.site-release/owner`)).code, 1);
    assert.equal((await machine.root("nginx -t")).code, 0);
    await machine.must("systemctl restart nginx.service");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 3" });
  });

  test("removes only what nothing serves with deleteReleases, and says what stays", async () => {
    await machine.must(`runuser -u deploy -- mkdir ${machine.deployPath}/releases/by-hand`);
    await up({ ...args("3"), deleteReleases: true });
    const { code, stdout } = await stack.destroy();
    assert.equal(code, 0, stdout);
    assert.match(stdout, / Removed from \/var\/www\/example\.com\/releases: 1\n/);
    const stays = [...stdout.matchAll(/^ {4}Stays on the host: (.+)/gm)].map(([, what]) => what).sort();
    assert.deepEqual(stays, [
      "2: it is what one can go back to",
      "3: it is live",
      "by-hand: this package has no manifest of it",
    ]);
    assert.match(
      stdout,
      / What is left is removed by hand, if at all: \/var\/www\/example\.com on the host, with shared\/ in it\n/,
    );
    assert.deepEqual(await listed(), [
      "current",
      "releases/2",
      "releases/3",
      "releases/by-hand",
      "root_dir.nginx.conf",
      "shared/.env",
    ]);
    assert.equal((await machine.root("nginx -t")).code, 0);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 3" });
  });

  test("fails while the host is gone, a refresh keeps the state, and forget lets it go", async () => {
    const wanted = { ...args("3"), deleteReleases: true };
    await up(wanted);
    // What a lost packet ends in depends on the routes of the machine that runs this.
    const gone = `Cannot connect to ${machine.address}: .+, expected an SSH server\\. Check connection\\.host and connection\\.port, that the machine runs, and that no firewall stands between\\. `;
    machine.cutLink();
    try {
      const refresh = await stack.refresh();
      assert.equal(refresh.code, 0, refresh.stdout + refresh.stderr);
      assert.match(refresh.stderr, new RegExp(`^warning: ${gone}The state is kept as it was\n+$`));
      const { deployment } = JSON.parse(await stack.state());
      const kept = deployment.resources.flatMap(({ outputs }: { outputs?: Record<string, unknown> }) =>
        outputs?.version === undefined ? [] : [[outputs.version, outputs.reachable, outputs.liveVersion]],
      );
      assert.deepEqual(kept, [
        ["3", false, undefined],
        ["3", false, "3"],
      ]);

      const refused = await stack.destroy();
      assert.equal(refused.code, 1);
      assert.match(
        refused.stdout,
        new RegExp(
          `error: .*${gone}If the host is gone, set onUnreachable: "forget" and run \`pulumi up\` first, or use \`pulumi state delete\`\n`,
        ),
      );

      assert.match(await up({ ...wanted, onUnreachable: "forget" }), /^ {4}~ 2 updated$/m);
      const forgotten = await stack.destroy();
      assert.equal(forgotten.code, 0, forgotten.stdout);
      assert.match(
        forgotten.stdout,
        new RegExp(`warning: ${gone}Forgotten, as onUnreachable says; nothing was changed on the host\n`),
      );
      assert.match(forgotten.stdout, /^ {4}- 4 deleted$/m);
    } finally {
      machine.restoreLink();
    }
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 3" });
  });
});
