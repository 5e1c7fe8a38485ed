import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { nginxSnippet } from "../../provider/serverBlock.ts";
import { Builds } from "../support/builds.ts";
import { until } from "../support/command.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

/** In each of these phases one site stands while all are interrupted at once. */
const phases = ["upload", "prepare", "before", "smoke", "reload", "probe", "drain"] as const;
type Phase = (typeof phases)[number];

/** Where a site says that it stands, and waits until its version may go on. */
const gate = "/var/www/gate";
const LIMIT = 120;

// What a shell does to stand in a phase of a version.
const stand = (phase: Phase, version: string) =>
  `touch ${gate}/${phase}.${version}; until [ -e ${gate}/${version} ]; do sleep 0.1; done`;

/** The page of a version: it holds the smoke, fails the probe, or answers slowly, while the next version's gate is closed. */
function page(phase: Phase, version: string): string {
  const next = String(Number(version) + 1);
  const held = (who: string, until: string) =>
    `touch("${gate}/${who}"); while (!file_exists("${gate}/${until}")) { usleep(50000); clearstatcache(); }`;
  const own: Partial<Record<Phase, string>> = {
    smoke: `if ($_SERVER["SERVER_SOFTWARE"] === "pulumi-site-release") { ${held(`smoke.${version}`, version)} }`,
    probe: `if ($_SERVER["REQUEST_URI"] === "/up" && !file_exists("${gate}/${version}")) { touch("${gate}/probe.${version}"); http_response_code(500); exit; }`,
    drain: `if ($_SERVER["REQUEST_URI"] === "/slow") { ${held(`slow.${next}`, next)} }`,
  };
  return `<?php ${own[phase] ?? ""} echo "version ${version}";`;
}

// Ctrl-C is Pulumi's, whatever the host's distribution. One stack goes through all of it, in this order.
describe("sites that are stopped by Ctrl-C, each in another phase", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  const hostName = (phase: Phase) => `${phase}.example.com`;
  const deployPath = (phase: Phase) => `/var/www/${phase}`;
  before(async () => {
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("web1", { suite: "trixie" });
    const blocks = phases.map((phase) =>
      nginxSnippet({ serverName: hostName(phase), deployPath: deployPath(phase), pool: machine.pool }),
    );
    const places = phases.map(
      (phase) =>
        `install -d -o deploy ${deployPath(phase)} ${deployPath(phase)}/empty; echo 'set $root_dir ${deployPath(phase)}/empty;' >${deployPath(phase)}/root_dir.nginx.conf`,
    );
    await machine.must(
      `install -d -m 0777 ${gate}; ${places.join("; ")}; chown -R deploy: /var/www/*/root_dir.nginx.conf`,
    );
    await machine.writeFile("/etc/nginx/sites-enabled/phases", blocks.join("\n"));
    await machine.must(`touch ${gate}/1; nginx -t && systemctl reload nginx.service`);
    declare("1");
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(await served(), all("1"));
  });
  after(async () => {
    stack?.close();
    await machine?.close();
    builds?.close();
  });

  const all = (version: string) => Object.fromEntries(phases.map((phase) => [phase, `version ${version}`]));

  const own = (phase: Phase, version: string): PlainArgs => {
    const step = (command: string) => [{ name: "migrate", when: "before", command }];
    const reload = "sudo --non-interactive systemctl reload nginx.service";
    // These two go on when all others stand: a smoke has no time to lose, and a reload holds up the switches of the others.
    const last = `until [ -e ${gate}/others.${version} ] || [ -e ${gate}/${version} ]; do sleep 0.1; done`;
    const args: Record<Phase, PlainArgs> = {
      upload: {},
      prepare: { prepare: [stand("prepare", version)] },
      before: { steps: step(`${stand("before", version)}; echo $VERSION >>$DEPLOY_PATH/ran`) },
      smoke: { steps: step(last) },
      reload: { steps: step(last), nginx: { reload: `${stand("reload", version)}; ${reload}` } },
      probe: { probe: { path: "/up", timeout: LIMIT } },
      drain: { drainTimeout: LIMIT },
    };
    return args[phase];
  };
  const declare = (version: string) =>
    stack.declareAll(
      phases.map((phase, index) => {
        const name = `${phase}-${version}`;
        const source = builds.make(name, { "public/index.php": page(phase, version) });
        if (phase === "upload") writeFileSync(join(source, "big"), randomBytes(16_000_000));
        // A connection has room for six scripts at a time.
        const hostKey = `${machine.hostKey} ${Math.floor(index / 4)}`;
        const common = {
          connection: { ...machine.connection, hostKey },
          deployPath: deployPath(phase),
          version,
          source,
        };
        return {
          name: hostName(phase),
          args: { ...common, drainTimeout: 1, lockTimeout: LIMIT, ...own(phase, version) },
        };
      }),
    );
  const served = async () =>
    Object.fromEntries(
      await Promise.all(
        phases.map(async (phase) => [phase, (await machine.http("/", { Host: hostName(phase) })).body] as const),
      ),
    );
  const stands = async (...who: string[]) => (await machine.root(`cd ${gate} && ls ${who.join(" ")}`)).code === 0;

  /** Begins to go to a version, and comes back when each site stands in its phase. */
  const begin = async (version: string) => {
    declare(version);
    const tar = "^tar -x .* -C /var/www/upload/";
    const stopped = machine.must(`until pkill -STOP -f '${tar}'; do sleep 0.01; done`);
    const slow = machine.http("/slow", { Host: hostName("drain") });
    await until("the slow request", LIMIT, () => stands(`slow.${version}`));
    const up = await stack.begin("up", "--yes", "--skip-preview");
    const others = ["prepare", "before", "probe"].map((phase) => `${phase}.${version}`);
    const draining = `grep -q '"step":"draining","version":"${Number(version) - 1}"' ${deployPath("drain")}/.site-release/journal.jsonl`;
    await stopped;
    await until(
      "those that stand first",
      LIMIT,
      async () => (await stands(...others)) && (await machine.root(draining)).code === 0,
    );
    await machine.must(`touch ${gate}/others.${version}`);
    await until("the reload and the smoke", LIMIT, () => stands(`reload.${version}`, `smoke.${version}`));
    const goOn = async () => {
      await machine.must(`touch ${gate}/${version}; pkill -CONT -f '${tar}'`);
      assert.equal((await slow).status, 200);
    };
    return { up, goOn };
  };
  const ctrlC = async (up: { readonly pid: number; said(): string }, answer: string) => {
    process.kill(up.pid, "SIGINT");
    await until(`Pulumi's answer to Ctrl-C`, LIMIT, () => up.said().includes(answer));
  };
  /** Nobody works on any site, and nothing is left of work. */
  const quiet = async () => {
    const locks = phases.map(
      (phase) => `flock -n ${deployPath(phase)} flock -n ${deployPath(phase)}/.site-release/steps true`,
    );
    const all = `pgrep -u deploy -x tar >/dev/null && exit 1; flock -n /etc/nginx true && ${locks.join(" && ")}`;
    await until("an end of all work on the host", LIMIT, async () => (await machine.root(all)).code === 0);
    assert.match((await machine.root("nginx -t")).stderr, /test is successful/);
  };

  test("once: what is under way ends as it should, nothing new begins, and the next up does the rest", async () => {
    const { up, goOn } = await begin("2");
    await ctrlC(up, "cancelling");
    await goOn();
    const { code, stdout } = await up.ended;
    assert.notEqual(code, 0, stdout);
    await quiet();
    const left = { upload: "version 1", prepare: "version 1", before: "version 1" };
    assert.deepEqual(await served(), { ...all("2"), ...left });
    const again = await stack.up();
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.deepEqual(await served(), all("2"));
    assert.equal(await machine.must(`cat ${deployPath("before")}/ran`), "1\n2\n");
  });

  test("twice: the host itself restores what was not committed, and the next up does the rest", async () => {
    const { up, goOn } = await begin("3");
    await ctrlC(up, "cancelling");
    await ctrlC(up, "terminating");
    const { code, stdout } = await up.ended;
    assert.notEqual(code, 0, stdout);
    await goOn();
    await quiet();
    assert.deepEqual(await served(), { ...all("2"), drain: "version 3" });
    const again = await stack.up();
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.deepEqual(await served(), all("3"));
    assert.equal(await machine.must(`cat ${deployPath("before")}/ran`), "1\n2\n3\n");
    const refresh = await stack.refresh();
    assert.match(refresh.stdout, /^ {4}\d+ unchanged$/m);
  });
});
