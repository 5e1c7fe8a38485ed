import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { must, until } from "../support/command.ts";
import { writeTree } from "../support/releaseTree.ts";
import { loginShells } from "../support/shells.ts";
import { alive } from "../support/stepSite.ts";
import { type SwitchRig, startSwitchRig } from "../support/switchRig.ts";

/** A site whose version 1 is live, and version 2 on disk. */
async function twoVersions(): Promise<SwitchRig> {
  const rig = await startSwitchRig();
  await rig.release("1", "2");
  assert.equal((await rig.run("1")).outcome, "switched");
  return rig;
}

const root = (rig: SwitchRig, version: string) => `${rig.deployPath}/releases/${version}/public`;
const named = (rig: SwitchRig, version: string) => `set $root_dir ${root(rig, version)};\n`;

/** A command that never ends, and leaves its process id in a file. */
const hanging = (rig: SwitchRig) => `echo $$ >>${rig.deployPath}/hung; sleep 300; true`;

async function assertEnded(rig: SwitchRig): Promise<void> {
  const pids = readFileSync(`${rig.deployPath}/hung`, "utf8").trim().split("\n");
  await until("the end of what hung", 5, async () => !pids.some(alive));
}

// Most of it is waiting, and each has a host of its own.
describe("no command of nginx's holds a switch up", { concurrency: 3 }, () => {
  for (const shell of ["dash", "bash --posix", "busybox sh"])
    describe(`by ${shell}`, { concurrency: 1 }, () => {
      const by = { shell };
      let rig: SwitchRig;
      before(async () => {
        rig = await twoVersions();
      });
      after(() => rig?.close());

      // What follows from a limit is the same in each.
      const once = { skip: shell !== "dash" };
      test("a test before the write ends it, and nothing is changed", once, async () => {
        const before = statSync(rig.includePath).ino;
        const inputs = { test_command: hanging(rig), nginx_timeout: "1" };
        const { failure, facts } = await rig.run("2", { by, inputs });
        assert.deepEqual(failure, { reason: "test-late-before", detail: inputs.test_command });
        assert.deepEqual([facts.get("live"), facts.has("restored"), facts.has("goes-on")], ["1", false, false]);
        assert.equal(statSync(rig.includePath).ino, before);
        await assertEnded(rig);
      });

      test("a test after the write is followed by a restore, whose own test may hang too", async () => {
        const onlyNew = `grep -q releases/2/ ${rig.includePath} && { ${hanging(rig)}; }; ${rig.nginx.test}`;
        const after = await rig.run("2", { by, inputs: { test_command: onlyNew, nginx_timeout: "1" } });
        assert.equal(after.failure?.reason, "test-late-after");
        assert.deepEqual([after.facts.get("restored"), after.facts.has("untested")], [root(rig, "1"), false]);
        const first = `${rig.deployPath}/tested`;
        const onlyFirst = `test ! -e ${first} && touch ${first} || { ${hanging(rig)}; }`;
        const both = await rig.run("2", { by, inputs: { test_command: onlyFirst, nginx_timeout: "1" } });
        assert.equal(both.failure?.reason, "test-late-after");
        assert.deepEqual([both.facts.get("restored"), both.facts.get("untested")], [root(rig, "1"), onlyFirst]);
        assert.equal(rig.include(), named(rig, "1"));
        assert.equal((await rig.observe()).facts.get("workers"), "witnessed");
        await assertEnded(rig);
      });

      test("a reload is judged by the workers, done or not", once, async () => {
        const undone = { reload_command: hanging(rig), nginx_timeout: "1", reload_timeout: "1" };
        const { failure, facts } = await rig.run("2", { by, inputs: undone });
        assert.equal(failure?.reason, "reload-late");
        assert.deepEqual([facts.get("restored"), facts.has("restore-failed")], [root(rig, "1"), false]);
        assert.equal(rig.include(), named(rig, "1"));
        assert.equal((await rig.observe()).facts.get("workers"), "witnessed");
        const done = { reload_command: `${rig.nginx.reload}; ${hanging(rig)}`, nginx_timeout: "1" };
        const switched = await rig.run("2", { by, inputs: done });
        assert.deepEqual([switched.outcome, switched.facts.get("reload-late")], ["switched", done.reload_command]);
        assert.equal((await rig.observe()).facts.get("workers"), "witnessed");
        await assertEnded(rig);
        assert.equal((await rig.run("1", { by })).outcome, "switched");
      });

      test("nor does a client that is silent, or gone", async () => {
        const silent = () => new Promise<string>(() => {});
        const { failure, facts } = await rig.run("2", { by, probe: silent, inputs: { commit_timeout: "1" } });
        assert.deepEqual(
          [failure, facts.get("restored")],
          [{ reason: "probe-failed", detail: "silence for 1 s" }, root(rig, "1")],
        );
        const gone = rig.run("2", {
          by,
          probe: async (script) => {
            script.stdin?.end();
            script.stdout?.destroy();
            return "commit";
          },
        });
        await assert.rejects(gone);
        await until("the restore", 5, async () => rig.journal().at(-1)?.step === "restored");
        assert.equal(rig.include(), named(rig, "1"));
        assert.equal((await rig.run("1", { by })).outcome, "unchanged");
      });
    });
});

test("what is told to end and does not is killed, and a command that says much is heard to its end", async () => {
  const rig = await twoVersions();
  const stubborn = `trap '' TERM; (trap '' TERM; ${hanging(rig)}) & ${hanging(rig)}`;
  const { failure } = await rig.run("2", { inputs: { test_command: stubborn, nginx_timeout: "1" } });
  assert.equal(failure?.reason, "test-late-before");
  await assertEnded(rig);
  const chatty = "yes warning | head -n 200000; echo '[emerg] at last'; exit 1";
  const { texts } = await rig.run("2", { inputs: { test_command: chatty } });
  const heard = texts.get("nginx-test") ?? [];
  assert.equal(heard.at(-1), "[emerg] at last");
  assert.ok(heard.length < 10_000);
  await rig.close();
});

describe("a signal", () => {
  // As the script says it, with the command that gives the test the time to send it.
  const slow = (command: string) => `sleep 0.4; ${command}`;
  const phases = [
    { at: "smoke", ends: ["smoke-failed", "signal TERM"], restored: false },
    { at: "testing before", ends: ["client-gone", "before the switch"], restored: false },
    { at: "testing after", ends: ["signalled", "TERM"], restored: true },
    { at: "reloading", ends: ["signalled", "TERM"], restored: true },
    { at: "probe", ends: ["signalled", "TERM"], restored: true },
    { at: "restoring 1", ends: ["probe-failed", "probe"], restored: true },
  ] as const;
  /** A run that gets a signal at a phase, also where its restore says the same step; it ends as it must. */
  const interrupt = async (
    rig: SwitchRig,
    { at, ends, restored }: (typeof phases)[number],
    send: (pid: number) => void,
    programs = "/usr/bin",
  ) => {
    const restoring = at.startsWith("restoring");
    const inputs = {
      ...((restoring || at.startsWith("testing")) && { test_command: slow(rig.nginx.test) }),
      ...(at === "reloading" && { reload_command: slow(rig.nginx.reload) }),
    };
    const { failure, facts } = await rig.run("2", {
      inputs,
      by: { detached: true, programs },
      step: (step, { pid = 0 }) => {
        if (step === at) send(pid);
      },
      probe: async ({ pid = 0 }) => {
        if (at === "probe") send(pid);
        return restoring ? "abort probe" : "commit";
      },
    });
    assert.deepEqual([at, failure], [at, { reason: ends[0], detail: ends[1] }]);
    assert.deepEqual([at, facts.has("restored"), facts.has("restore-failed")], [at, restored, false]);
    assert.equal(rig.include(), named(rig, "1"));
    assert.equal((await rig.observe()).facts.get("workers"), "witnessed");
  };

  for (const to of ["the script", "all of its group"] as const)
    test(`to ${to} restores what is not committed, and never ends a restore`, async () => {
      const rig = await twoVersions();
      for (const phase of phases)
        await interrupt(rig, phase, (pid) => process.kill(to === "the script" ? pid : -pid, "SIGTERM"));
      await rig.close();
    });

  test("that catches a command before that has a group of its own does the same", async () => {
    const rig = await twoVersions();
    const programs = writeTree(join(rig.dir, "programs"), {
      setsid: { executable: '#!/bin/sh\nsleep 0.3\nexec /usr/bin/setsid "$@"\n' },
    });
    for (const phase of phases.filter(({ at }) => at !== "smoke" && at !== "probe"))
      await interrupt(rig, phase, (pid) => void setTimeout(() => process.kill(-pid, "SIGTERM"), 150), programs);
    await rig.close();
  });

  test("HUP and INT are signals too, one that comes after the commit changes nothing, and one that comes while it waits ends it", async () => {
    const rig = await twoVersions();
    for (const signal of ["SIGHUP", "SIGINT"] as const) {
      const probe = async ({ pid = 0 }) => {
        process.kill(pid, signal);
        return "commit";
      };
      const { failure } = await rig.run("2", { probe });
      assert.deepEqual(failure, { reason: "signalled", detail: signal.slice(3) });
    }
    const late = (step: string, { pid = 0 }) => void (step === "committed" && process.kill(pid, "SIGTERM"));
    assert.equal((await rig.run("2", { step: late })).outcome, "switched");
    const holder = rig.run("1", {
      probe: async () => {
        const waiting = (step: string, { pid = 0 }) =>
          void (step.startsWith("waiting") && process.kill(pid, "SIGTERM"));
        const { failure } = await rig.run("2", { step: waiting });
        assert.deepEqual(failure, { reason: "client-gone", detail: "while waiting for a lock" });
        return "commit";
      },
    });
    assert.equal((await holder).outcome, "switched");
    await rig.close();
  });
});

test("who waits for a lock hears whose it is, and since when, as far as the host tells", async () => {
  const rig = await twoVersions();
  const holder = /(^|: )\w+@\S+ \(pulumi up, since \d\d:\d\d:\d\d UTC\)$/;
  const heard: string[] = [];
  const step = (text: string) => void (text.startsWith("waiting") && heard.push(text.replace(/^waiting \d+ /, "")));
  const inputs = { lock_timeout: "1" };
  const first = await rig.run("2", {
    probe: async () => {
      const { failure } = await rig.run("1", { step, inputs });
      assert.equal(failure?.reason, "site-locked");
      assert.match(failure?.detail ?? "", holder);
      return "commit";
    },
  });
  assert.equal(first.outcome, "switched");
  assert.match(heard[0] ?? "", holder);
  // Another site of the host, at work under nginx's lock, by the same login.
  const other = `${rig.dir}/other`;
  await rig.writeFile(
    `${other}/.site-release/journal.jsonl`,
    readFileSync(`${rig.ownDir}/journal.jsonl`, "utf8")
      .split("\n")
      .find((line) => line.includes('"holds"')) ?? "",
  );
  for (const [descriptors, whose] of [
    [`8<${other} 9<${rig.nginx.confDir}`, new RegExp(`^${other}: \\w+@\\S+ \\(pulumi up, since \\S+ UTC\\)$`)],
    [`9<${rig.nginx.confDir}`, /^another site of this host$/],
  ] as const) {
    heard.length = 0;
    const held = rig.deploy(`exec ${descriptors}; flock 9; touch ${rig.dir}/held; sleep 3`);
    await until("the lock", 5, async () => (await rig.deploy(`test -e ${rig.dir}/held`)).code === 0);
    const { failure } = await rig.run("1", { step, inputs });
    assert.equal(failure?.reason, "host-locked");
    assert.match(heard[0] ?? "", whose);
    await held;
    await rig.deploy(`rm ${rig.dir}/held`);
  }
  assert.equal((await rig.run("1")).outcome, "switched");
  await rig.close();
});

describe("a login whose start-up files talk switches and restores like any other", () => {
  let rig: SwitchRig;
  let home: string;
  let count = 1;
  before(async () => {
    rig = await twoVersions();
    home = `${rig.dir}/home`;
    for (const file of [".bashrc", ".profile", ".zshenv", ".tcshrc", ".config/fish/config.fish"])
      await rig.writeFile(`${home}/${file}`, "echo Welcome to web1\necho -n fortune:\n");
  });
  after(() => rig?.close());

  for (const { name, argv, missing } of loginShells)
    test(`by ${name}`, { skip: missing }, async () => {
      const [old, next] = count++ % 2 === 0 ? ["2", "1"] : ["1", "2"];
      const by = { login: { argv, home } };
      const { facts } = await rig.run(next, { by, probe: "abort probe" });
      assert.deepEqual(facts.get("restored"), root(rig, old));
      assert.equal((await rig.run(next, { by })).outcome, "switched");
    });
});

test("an include that is no file is named, not waited for", async () => {
  const rig = await startSwitchRig();
  await rig.release("1");
  await rig.deploy(`rm ${rig.includePath}; mkfifo ${rig.includePath}`);
  assert.deepEqual((await rig.run("1")).failure, { reason: "include-unreadable", detail: rig.includePath });
  assert.deepEqual((await rig.observe()).failure, { reason: "include-unreadable", detail: rig.includePath });
  await rig.close();
});

test("a directory whose lock it would take, and cannot read, is named", async () => {
  const rig = await twoVersions();
  const before = rig.include();
  const { failure } = await rig.run("2", { inputs: { conf_dir: "/nowhere" } });
  assert.deepEqual(failure, { reason: "conf-dir-unreadable", detail: "/nowhere" });
  assert.equal(rig.include(), before);
  await rig.deploy(`chmod a-r ${rig.deployPath}`);
  const detail = rig.deployPath;
  assert.deepEqual((await rig.run("2")).failure, { reason: "deploy-path-unreadable", detail });
  await rig.close();
});

test("who looks at a site leaves the include's time of access, which tells a switch whether nginx has read it", async () => {
  const rig = await twoVersions();
  utimesSync(rig.includePath, 1, statSync(rig.includePath).mtime);
  assert.equal((await rig.observe()).facts.get("include-state"), "ours");
  assert.equal(statSync(rig.includePath).atimeMs, 1000);
  await rig.close();
});

test("a master is known by its start in either form that a journal has", async () => {
  const rig = await twoVersions();
  const journal = `${rig.ownDir}/journal.jsonl`;
  const text = readFileSync(journal, "utf8");
  const seen = async (master: (pid: string, ticks: number) => string) => {
    writeFileSync(
      journal,
      text.replace(/"(\d+):(\d+)"/, (_whole, pid, ticks) => `"${master(pid, Number(ticks))}"`),
    );
    return (await rig.observe()).facts.get("workers");
  };
  assert.equal(await seen((pid, ticks) => `${pid}:${ticks}`), "witnessed");
  // As systemd has it: in microseconds, and a moment later.
  assert.equal(await seen((pid, ticks) => `${pid}:${(ticks + 30) * 10_000}`), "witnessed");
  for (const other of [(pid: string, ticks: number) => `${pid}:${ticks - 300}`, (pid: string) => `${pid}:`])
    assert.equal(await seen(other), "unwitnessed");
  assert.equal(await seen((pid, ticks) => `${Number(pid) + 1}:${ticks}`), "unwitnessed");
  await rig.close();
});

test("without systemd nginx is tested and reloaded by itself", { skip: isBooted() }, async () => {
  const rig = await twoVersions();
  const programs = `${rig.dir}/programs`;
  const calls = `${rig.dir}/calls`;
  mkdirSync(programs);
  writeFileSync(`${programs}/sudo`, `#!/bin/sh\necho "$@" >>${calls}\nshift\nexec "$@"\n`);
  writeFileSync(`${programs}/nginx`, `#!/bin/sh\nexec ${rig.nginx.test.replace(/ -t$/, "")} "$@"\n`);
  must("chmod", "-R", "a+rx", programs);
  const { outcome, facts } = await rig.run("2", { by: { programs }, inputs: { test_command: "", reload_command: "" } });
  assert.equal(outcome, "switched");
  assert.equal(facts.get("drained"), "yes");
  const [test, reload] = ["--non-interactive nginx -t", "--non-interactive nginx -s reload"];
  assert.deepEqual(readFileSync(calls, "utf8").trim().split("\n"), [test, test, reload]);
  await rig.close();
});

function isBooted(): string | false {
  try {
    return statSync("/run/systemd/system").isDirectory() && "this machine has systemd";
  } catch {
    return false;
  }
}
