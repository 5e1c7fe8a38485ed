import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ask } from "../../provider/cli/ask.ts";
import { historyOf, statusOf } from "../../provider/cli/observed.ts";
import type { Status } from "../../provider/cli/status.ts";
import { accountHere } from "../support/account.ts";
import { must, run } from "../support/command.ts";
import { failureOf } from "../support/failure.ts";
import { emptyHome } from "../support/home.ts";
import { busyboxPrograms } from "../support/oldReleases.ts";
import { shellTransport } from "../support/shellTransport.ts";
import { siteCommand, siteWords } from "../support/siteCommand.ts";
import { freePort, makeKey } from "../support/sshd.ts";
import { type SwitchRig, startSwitchRig } from "../support/switchRig.ts";

describe("the command line and its host", { timeout: 120_000 }, () => {
  let rig: SwitchRig;
  before(async () => {
    rig = await startSwitchRig();
    await rig.release("1");
    await rig.writeFile(`${rig.ownDir}/manifests/1`, "site-release-manifest 1 files=3 bytes=77 digest=0\n");
    await rig.run("1");
  });
  after(() => rig?.close());

  const status = async (): Promise<Status & { readonly code: number | undefined }> => {
    const { code, stdout, stderr } = await siteCommand("status", "--json", ...siteWords(rig));
    assert.equal(stderr, "");
    return { ...JSON.parse(stdout), code };
  };
  const texts = ({ problems }: Status) => problems.map(({ text }) => text);

  test("finds the host by known_hosts and a key of ~/.ssh, and through a jump host", async () => {
    const home = emptyHome();
    try {
      const { connection, deployPath, hostKey, sshPort, nginx, privateKeyPath } = rig;
      const target = `${connection.user}@127.0.0.1:${deployPath}`;
      const words = ["status", target, "-p", `${sshPort}`, "--pid-file", nginx.pidFile, "--conf-dir", nginx.confDir];
      writeFileSync(join(home.ssh, "known_hosts"), `[127.0.0.1]:${sshPort} ${hostKey}\n`);
      const without = await siteCommand(...words);
      assert.deepEqual([without.code, without.stdout], [3, ""]);
      assert.match(without.stderr, /^Cannot connect to .*: there is nothing to log in with.*, or --identity\. .*\n$/);
      symlinkSync(privateKeyPath, join(home.ssh, "id_ed25519"));
      const found = await siteCommand(...words);
      assert.deepEqual([found.code, found.stderr], [0, ""]);
      assert.match(found.stdout, new RegExp(`^${deployPath} on 127.0.0.1 port ${sshPort}\n\nlive      1 since `));
      const jumped = await siteCommand(...words, "--json", "--jump", `${connection.user}@127.0.0.1:${sshPort}`);
      assert.deepEqual([jumped.code, JSON.parse(jumped.stdout).live], [0, "1"]);
    } finally {
      home.restore();
    }
  });

  test("says in one message, and in one object, why a host could not be asked", async () => {
    const [target = "", ...rest] = siteWords(rig);
    const key = join(rig.dir, "stranger");
    makeKey(key, "ed25519");
    const port = await freePort();
    for (const [words, reason, message] of [
      [
        [target.replace("127.0.0.1", "web1.invalid"), ...rest],
        "unreachable",
        /^Cannot connect to web1\.invalid port \d+: its name is not known, .*Check the host's name \(~\/\.ssh\/config is not read\) and --port, that/,
      ],
      [[target, ...rest, "--port", `${port}`], "unreachable", /: nothing listens on that port/],
      [
        [target, ...rest, "--identity", key],
        "authentication-refused",
        /; tried: --identity .*\/stranger\. Check the name before the @, and that/,
      ],
      [[target, ...rest, "--identity", "/nowhere"], "credential-unusable", /: --identity \/nowhere does not exist/],
      [
        [target, ...rest, "--host-key", makeKey(join(rig.dir, "other"), "ed25519")],
        "host-key-wrong",
        /set --host-key to "ssh-ed25519 /,
      ],
    ] as const) {
      const { code, stdout, stderr } = await siteCommand("status", "--json", ...words);
      assert.deepEqual([code, JSON.parse(stdout)], [3, { error: { reason, message: stderr.trimEnd() } }]);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n./);
    }
    const locked = join(rig.dir, "locked");
    makeKey(locked, "ed25519", "a passphrase");
    const { stderr } = await siteCommand("history", target, ...rest, "--identity", locked);
    assert.match(stderr, /needs a passphrase, .*\. Add the key to an agent \(ssh-add\) and leave --identity out\n$/);
  });

  test("tells what is no site from one that is empty, with exit code 1", async () => {
    const empty = join(rig.dir, "empty");
    mkdirSync(empty);
    for (const [path, text] of [
      [empty, `${empty} is empty: nothing was released there yet`],
      [`${rig.dir}/nginx`, `${rig.dir}/nginx is no site: it has neither releases/ nor .site-release/`],
      [`${rig.dir}/nowhere/at/all`, `${rig.dir}/nowhere/at/all does not exist`],
      [rig.includePath, `${rig.includePath} is no directory`],
    ] as const) {
      const [target = "", ...rest] = siteWords(rig);
      const words = [target.replace(rig.deployPath, path), ...rest];
      for (const command of ["status", "history"]) {
        const { code, stdout } = await siteCommand(command, "--json", ...words);
        assert.deepEqual([code, texts(JSON.parse(stdout))], [1, [text]]);
      }
    }
  });

  test("asks this machine itself with --local", async () => {
    const { nginx, deployPath } = rig;
    const words = ["--local", deployPath, "--pid-file", nginx.pidFile, "--conf-dir", nginx.confDir];
    const { code, stdout } = await siteCommand("status", ...words);
    assert.match(stdout, new RegExp(`^${deployPath} on this host\n\nlive      1 since `));
    assert.equal(code, 0);
  });

  test("colours nothing but a terminal, and that only without NO_COLOR", async () => {
    // What decides it may be set where the tests run.
    const unset = ["NO_COLOR", "NODE_DISABLE_COLORS", "FORCE_COLOR", "CI"].flatMap((name) => ["-u", name]);
    const words = [
      process.execPath,
      join(__dirname, "../../provider/cli/main.js"),
      "history",
      "-n",
      "1",
      ...siteWords(rig),
    ];
    const inEnv = (...env: string[]) => ["env", ...unset, "TERM=xterm", ...env, ...words];
    const terminal = (...env: string[]) =>
      run("script", [
        "-qec",
        inEnv(...env)
          .map((word) => `'${word}'`)
          .join(" "),
        "/dev/null",
      ]);
    const green = "\u001b[32mswitched\u001b[39m";
    assert.equal((await terminal()).stdout.includes(green), true);
    assert.equal((await terminal("NO_COLOR=1")).stdout.includes("\u001b[3"), false);
    const [command = "", ...rest] = inEnv();
    assert.equal((await run(command, rest)).stdout.includes("\u001b"), false);
  });

  test("changes nothing on the host, and needs no right to", async () => {
    const tree = () => must("find", rig.deployPath, rig.nginx.confDir, "-printf", "%p %i %y %m %u %s %T@ %C@\n");
    await rig.stopNginx();
    const before = tree();
    for (const command of ["status", "history"]) await siteCommand(command, ...siteWords(rig));
    assert.equal(tree(), before);
    await rig.startNginx();
  });

  const request = () => ({
    command: "status" as const,
    where: "local" as const,
    deployPath: rig.deployPath,
    includePath: rig.includePath,
    pidFile: rig.nginx.pidFile,
    confDir: rig.nginx.confDir,
    limit: 20,
    json: false,
  });
  const asked = () => ({ host: "this host", deployPath: rig.deployPath });
  const as = () => (process.getuid?.() === 0 ? { uid: accountHere().uid } : {});

  for (const shell of ["dash", "bash --posix", "busybox sh"])
    test(`is answered the same by ${shell}${shell.startsWith("busybox") ? " and BusyBox's programs" : ""}`, async () => {
      const programs = shell.startsWith("busybox") ? { programs: busyboxPrograms(join(rig.dir, "busybox")) } : {};
      const { at: _at, ...wanted } = statusOf(await ask(shellTransport(as()), request()), asked());
      const { at: _now, ...found } = statusOf(
        await ask(shellTransport({ ...as(), shell, ...programs }), request()),
        asked(),
      );
      // BusyBox's find knows no times to compare with.
      const unseen = shell.startsWith("busybox") ? ["edits of nginx's configuration that wait for a reload"] : [];
      assert.deepEqual(found, { ...wanted, unseen });
      assert.deepEqual([found.ok, found.releases.length], [true, 1]);
    });

  test("needs one command, and of a journal of ten thousand lines no more than it shows", async () => {
    const line = (at: number, step: string, rest: string) =>
      `{"at":"${new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString().replace(".000", "")}","run":"r${at}","who":"alice@ci","step":"${step}",${rest}}\n`;
    let journal = "";
    for (let at = 1; at <= 2000; at++) {
      const [from, to] = [`"from":"${at - 1}"`, `"to":"${at}"`];
      journal += line(at, "locked", to) + line(at, "switching", `${from},${to},"before":"/x","root":"/y"`);
      journal += line(at, "reloaded", `${to},"master":"1:2","include":"3:4"`) + line(at, "committed", `${from},${to}`);
      journal += line(at, "draining", `"version":"${at - 1}","workers":"4194305:7 4194306:7"`);
    }
    await rig.deploy(`mv ${rig.ownDir}/journal.jsonl ${rig.ownDir}/before`);
    await rig.writeFile(`${rig.ownDir}/journal.jsonl`, journal);
    let commands = 0;
    const transport = shellTransport({ ...as(), onStart: () => commands++ });
    const facts = await ask(transport, { ...request(), limit: 3 });
    assert.deepEqual([commands, facts.journal.length], [1, 16]);
    const { committed, previous } = statusOf(facts, asked());
    assert.deepEqual(
      [committed?.version, committed?.since, previous?.version],
      ["2000", "2026-01-01T00:33:20Z", "1999"],
    );
    const all = historyOf(await ask(transport, { ...request(), command: "history", limit: 10_000 }), asked(), 10_000);
    assert.deepEqual(
      all.switches.map(({ to, outcome }) => [to, outcome]).filter(([, outcome]) => outcome !== "switched"),
      [],
    );
    assert.equal(all.switches.length, 2000);
    await rig.deploy(`mv ${rig.ownDir}/before ${rig.ownDir}/journal.jsonl`);
  });

  test("waits for a host that hangs no longer than a person would", async () => {
    const { message } = await failureOf(ask(shellTransport({ shell: "sleep 2 #" }), request(), 0.2));
    assert.equal(message, `Cannot look at ${rig.deployPath} on this host: no answer within 0.2 s`);
  });

  test("reads past what a power cut left in the journal", async () => {
    const file = `${rig.ownDir}/journal.jsonl`;
    await rig.deploy(`cp ${file} ${file}.whole && printf '{"at":"2026\\000\\000\\n' >>${file}`);
    const { code, live, last } = await status();
    assert.deepEqual([code, live, last?.outcome], [0, "1", "switched"]);
    await rig.deploy(`mv ${file}.whole ${file}`);
  });

  test("says what a login cannot see", async () => {
    // Root sees everything: the sandbox's own user is asked, over SSH.
    chmodSync(`${rig.ownDir}/manifests`, 0);
    chmodSync(rig.includePath, 0o200);
    chmodSync(`${rig.ownDir}/owner`, 0);
    mkdirSync(`${rig.ownDir}/staging`, { mode: 0 });
    const half = await status();
    assert.deepEqual(half.unseen, [
      rig.includePath,
      `${rig.ownDir}/owner`,
      `${rig.ownDir}/manifests`,
      `${rig.ownDir}/staging`,
    ]);
    assert.deepEqual([half.code, half.committed?.version, half.live, half.owner], [0, "1", null, null]);
    chmodSync(rig.ownDir, 0);
    const blind = await status();
    assert.deepEqual([blind.code, blind.unseen.includes(rig.ownDir), blind.committed], [0, true, null]);
    const { code, stdout } = await siteCommand("history", ...siteWords(rig));
    assert.deepEqual(
      [code, stdout],
      [
        1,
        `- this login cannot see\n  ${rig.ownDir}\n  next: Log in to 127.0.0.1 port ${rig.sshPort} as the site's user\n`,
      ],
    );
    chmodSync(rig.deployPath, 0o600);
    assert.deepEqual(texts(await status()), [`this login may not look into ${rig.deployPath}`]);
    chmodSync(rig.deployPath, 0o755);
    chmodSync(rig.ownDir, 0o755);
    chmodSync(`${rig.ownDir}/manifests`, 0o755);
  });
});
