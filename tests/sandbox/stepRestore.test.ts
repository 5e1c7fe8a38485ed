import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { after, before, beforeEach, describe, test } from "node:test";
import { release, step, switch as traffic } from "../../provider/lifecycle/index.ts";
import type { Properties, Verbs } from "../../provider/lifecycle/verbs.ts";
import { isForRelease, isForStep, isForSwitch } from "../../provider/resourceArgs.ts";
import { only } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { until } from "../support/command.ts";
import { ownCache } from "../support/releaseTree.ts";
import { type Sandbox, startSandbox } from "../support/sandbox.ts";
import type { PlainArgs } from "../support/stack.ts";
import { timeless } from "../support/told.ts";

ownCache();

const UNPROVED =
  "no onRestore ran, since it is not proved that an earlier version serves: what the steps before the switch did stays done";

describe("a switch that fails after steps that can be undone", { timeout: 180_000 }, () => {
  let sandbox: Sandbox;
  let builds: Builds;
  let count = 0;
  // What each test starts from: `old` is live, and `next` is what it switches to.
  let old: string;
  let next: string;
  before(async () => {
    sandbox = await startSandbox();
    builds = new Builds();
  });
  beforeEach(async () => {
    [old, next] = [`${++count}`, `${++count}`];
    assert.equal(await up({ version: old, steps: [] }), "");
    assert.deepEqual(await serves(), old);
  });
  after(async () => {
    builds?.close();
    await sandbox?.close();
  });

  // Each says which version nginx is to serve while it runs.
  const say = (what: string) =>
    `echo ${what} $VERSION at "$(sed -n 's,.*releases/\\([^/]*\\)/.*,\\1,p' $DEPLOY_PATH/root_dir.nginx.conf)" >>$DEPLOY_PATH/steps.log`;
  const undoable = (name: string, more: PlainArgs = {}): PlainArgs => ({
    ...{ name, when: "before", command: say(name), onRestore: say(`undo-${name}`) },
    ...more,
  });
  const steps = [
    undoable("backup"),
    { name: "plain", when: "before", command: say("plain") },
    undoable("migrate"),
    undoable("never", { runOn: "rollback" }),
  ];
  /** What ran since it was asked last. */
  const ran = () => {
    const log = `${sandbox.deployPath}/steps.log`;
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n").filter(Boolean) : [];
    rmSync(log, { force: true });
    return lines;
  };
  const serves = async () => {
    const answer = await fetch(`http://127.0.0.1:${sandbox.httpPort}/`);
    return (await answer.text()).replace("version ", "");
  };
  /** A page that is well but for /up. */
  const down = (version: string) =>
    `<?php if ($_SERVER["REQUEST_URI"] === "/up") { http_response_code(500); exit("down"); } echo "version ${version}";`;
  const probeUp = (wish: PlainArgs = {}) => ({ port: sandbox.httpPort, path: "/up", timeout: 1, ...wish });

  /** The error of one `pulumi up`, times taken out; empty when it went well. The engine may see no change in the steps. */
  async function up({
    version = next,
    php = `<?php echo "version ${version}";`,
    asked = true,
    timeout,
    ...more
  }: Wish) {
    const args = {
      connection: sandbox.connection,
      deployPath: sandbox.deployPath,
      source: builds.make(version, { "public/index.php": php }),
      nginx: sandbox.nginx,
      pools: [sandbox.pool],
      probe: { port: sandbox.httpPort, timeout: 5 },
      drainTimeout: 0.2,
      serverName: sandbox.serverName,
      steps,
      version,
      ...more,
    };
    const beforeSteps = args.steps.filter((each) => each.when === "before");
    try {
      await create(release, only(args, isForRelease), "Release");
      for (const each of asked ? args.steps : [])
        await create(step, { ...only(args, isForStep), step: each }, `Step-${each.name}`);
      await create(traffic, { ...only(args, isForSwitch), beforeSteps, timeout }, "Switch");
      return "";
    } catch (error) {
      assert.ok(error instanceof Error);
      return timeless(error.message).replaceAll(` port ${sandbox.sshPort}`, "");
    }
  }

  const failed = (what: string) => `Cannot switch example.com to ${next} on 127.0.0.1: ${what}`;
  const probeFailed = () => failed(`GET /up answered 500 for T s (500: down), expected 200; restored ${old}`);
  const again = () => `The next \`pulumi up\` to ${next} runs again what was undone`;
  const all = () => ["backup", "plain", "migrate"].map((name) => `${name} ${next} at ${old}`);
  const undone = () => ["undo-migrate", "undo-backup"].map((name) => `${name} ${next} at ${old}`);

  test("undoes those that ran, the last one first, when the earlier version serves again", async () => {
    assert.equal(
      await up({ php: down(next), probe: probeUp() }),
      `${probeFailed()}; onRestore of migrate, backup ran. ${again()}`,
    );
    assert.deepEqual([ran(), await serves()], [[...all(), ...undone()], old]);
  });

  test("undoes them too when it never came to nginx", async () => {
    assert.equal(
      await up({ php: "<?php http_response_code(500);" }),
      `${failed(`GET / answered 500, expected a status below 500; ${old} stays live`)}; onRestore of migrate, backup ran. ${again()}`,
    );
    assert.deepEqual([ran(), await serves()], [[...all(), ...undone()], old]);
  });

  test("runs what was undone again the next time, though the engine sees no change in it, and nothing else", async () => {
    await up({ php: down(next), probe: probeUp() });
    ran();
    const redone = () => ["backup", "migrate"].map((name) => `${name} ${next} at ${old}`);
    assert.equal(
      await up({ php: down(next), probe: probeUp(), asked: false }),
      `${probeFailed()}; onRestore of migrate, backup ran. ${again()}`,
    );
    assert.deepEqual(ran(), [...redone(), ...undone()]);
    assert.equal(await up({ php: down(next), asked: false }), "");
    assert.deepEqual([ran(), await serves()], [redone(), next]);
    assert.equal(await up({ php: down(next) }), "");
    assert.deepEqual(ran(), []);
  });

  test("runs what was undone again also where its onRestore was taken out since", async () => {
    await up({ php: down(next), probe: probeUp() });
    ran();
    const bare = steps.map(({ onRestore, ...each }) => each);
    assert.equal(await up({ php: down(next), asked: false, steps: bare }), "");
    assert.deepEqual([ran(), await serves()], [["backup", "migrate"].map((name) => `${name} ${next} at ${old}`), next]);
  });

  test("undoes nothing that ran for an earlier switch to the version", async () => {
    assert.equal(await up({}), "");
    assert.equal(await up({ version: old, steps: [] }), "");
    ran();
    // Of the same content; what makes it fail is what is asked of it.
    assert.equal(
      await up({ probe: probeUp({ expectStatus: [204] }) }),
      `${failed(`GET /up answered 200 for T s (200: version ${next}), expected 204; restored ${old}`)}; onRestore of never ran. ${again()}`,
    );
    assert.deepEqual(ran(), [`never ${next} at ${old}`, `undo-never ${next} at ${old}`]);
  });

  test("tells of an onRestore that fails beside its own reason, and leaves what came before it", async () => {
    const broken = [
      undoable("backup"),
      undoable("migrate", { onRestore: "echo no such table; exit 3" }),
      ...steps.slice(3),
    ];
    assert.equal(
      await up({ php: down(next), probe: probeUp(), steps: broken }),
      `${probeFailed()}; onRestore of migrate failed: it ended with exit code 3, and printed last: no such table; that of backup was not tried after it. ` +
        `Look at what step migrate left, and undo it by hand if the site needs that; what backup did stays done. ${again()}`,
    );
    assert.deepEqual(ran(), [`backup ${next} at ${old}`, `migrate ${next} at ${old}`]);
    assert.equal(await up({ php: down(next), steps: broken, asked: false }), "");
    assert.deepEqual(ran(), [`migrate ${next} at ${old}`]);
  });

  test("undoes nothing when its restore is not proved", async () => {
    const red = `${sandbox.dir}/red`;
    const { test, reload, ...nginx } = sandbox.nginx;
    const turning = { ...nginx, test: `test ! -e ${red} && ${test}`, reload: `${reload} && touch ${red}` };
    const told = await up({ php: down(next), probe: probeUp(), nginx: turning });
    rmSync(red);
    assert.ok(
      told.startsWith(
        failed(
          `GET /up answered 500 for T s (500: down), expected 200; the restore failed too (nginx -t is red), so that now the include names ${old}, and nginx's workers serve ${next}; ${UNPROVED}. Type next, as root on 127.0.0.1: (1) `,
        ),
      ),
      told,
    );
    assert.deepEqual(ran(), all());
    // The next one goes on from there, and undoes what this one could not.
    assert.match(
      await up({ php: down(next), probe: probeUp(), asked: false }),
      /; onRestore of migrate, backup ran\. /,
    );
    assert.deepEqual(ran(), undone());
  });

  test("undoes nothing when the host's word is missing, and the next one goes on", async () => {
    const told = await up({
      php: down(next),
      probe: probeUp({ timeout: 20 }),
      timeout: { create: "2s" },
    });
    assert.equal(
      told,
      `Cannot finish in time on 127.0.0.1: the work was not done after 2 s, expected an end within the time that customTimeouts gives; stopped; ${UNPROVED}. The next \`pulumi up\` finishes or restores what was begun`,
    );
    assert.deepEqual(ran(), all());
    await until("the host's own restore", 10, async () => (await serves()) === old);
    assert.equal(
      await up({ php: down(next), probe: probeUp(), asked: false }),
      `${probeFailed()}; onRestore of migrate, backup ran. ${again()}`,
    );
    assert.deepEqual(ran(), undone());
  });

  test("undoes them in their own time when the switch has used up its own", async () => {
    const slow = [undoable("migrate", { onRestore: `sleep 7; ${say("undo-migrate")}` })];
    assert.equal(
      await up({ php: down(next), probe: probeUp(), steps: slow, timeout: { create: "6s" } }),
      `${probeFailed()}; onRestore of migrate ran. ${again()}`,
    );
    assert.deepEqual(ran(), [`migrate ${next} at ${old}`, `undo-migrate ${next} at ${old}`]);
  });

  test("says no more than before where no step ran", async () => {
    assert.equal(await up({ php: down(next), probe: probeUp(), steps: steps.slice(3) }), probeFailed());
    assert.deepEqual(ran(), []);
  });
});

interface Wish extends PlainArgs {
  readonly version?: string;
  readonly php?: string;
  readonly asked?: boolean;
  readonly timeout?: PlainArgs;
  readonly steps?: PlainArgs[];
}

async function create(verbs: Verbs, news: Properties, name: string): Promise<void> {
  const { inputs, failures } = await verbs.check({}, { ...news, __urn: `urn:pulumi:test::site::t::${name}` });
  assert.deepEqual(failures, []);
  await verbs.create(inputs);
}
