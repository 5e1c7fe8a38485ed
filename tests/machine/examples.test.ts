import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { deployerByScript, deployerItself, depUnavailable } from "../support/deployer.ts";
import { Example } from "../support/example.ts";
import { homeOf } from "../support/home.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite, page } from "../support/machineSite.ts";
import { codeIn } from "../support/pages.ts";
import type { PulumiStack } from "../support/pulumiStack.ts";

// Each example releases to the same machine, which is made as new before the next one.
describe("the example", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let site: MachineSite;
  let home: ReturnType<typeof homeOf>;
  let builds: Builds;
  before(async () => {
    machine = await startMachine("web1", { suite: "trixie" });
    site = new MachineSite(machine);
    home = homeOf(machine.connection);
    builds = new Builds();
  });
  after(async () => {
    builds?.close();
    home?.close();
    site?.close();
    await machine?.close();
  });

  /** Runs a test with an example on a site as new. */
  const withExample = async (name: string, use: (example: Example) => Promise<void>) => {
    await site.reset();
    const example = new Example(name, { HOME: home.path, SSH_AUTH_SOCK: "" });
    try {
      await use(example);
    } finally {
      example.close();
    }
  };
  const up = async (stack: PulumiStack): Promise<string> => {
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  const serves = async (version: string) =>
    assert.deepEqual(await machine.http("/"), { status: 200, body: `version ${version}` });

  test("minimal adopts what CI renamed into place by the README's commands, which leave a version that is there alone", () =>
    withExample("minimal", async (example) => {
      const stack = example.stack();
      const { deployPath } = machine;
      const [commands = ""] = codeIn({ text: readFileSync(join(example.dir, "README.md"), "utf8") }, "sh");
      // OpenSSH asks the password file for its home.
      const ssh = `ssh() { command ssh -F none -i "$HOME/.ssh/id_ed25519" -o UserKnownHostsFile="$HOME/.ssh/known_hosts" "$@"; }`;
      const ship = (version: string, php = page(version)) => {
        mkdirSync(join(example.dir, "build/public"), { recursive: true });
        writeFileSync(join(example.dir, "build/public/index.php"), php);
        const typed = commands.replaceAll("42", version).replaceAll("web1.example.com", machine.address);
        return example.run("sh", "-euc", `${ssh}\n${typed}`);
      };
      for (const version of ["1", "2"]) {
        await machine.writeFile(`${deployPath}/incoming/of-a-broken-upload`, "");
        const { code, stderr } = await ship(version);
        assert.deepEqual([code, stderr], [0, ""]);
        await stack.configure({ host: machine.address, version });
        await up(stack);
        await serves(version);
        assert.equal((await stack.outputs()).live, version);
      }
      const again = await ship("2", page("another"));
      assert.notEqual(again.code, 0);
      assert.match(again.stderr, /cannot .* 'releases\/2'/);
      await serves("2");
      assert.equal(await machine.must(`cd ${deployPath}/releases && ls -A 1 && ls -A 2`), "public\npublic\n");
    }));

  const noDep = depUnavailable();
  test(`from-deployer switches to what ${noDep === undefined ? "dep" : "a script in Deployer's place"} has filled, and lets it go on`, () =>
    withExample("from-deployer", async (example) => {
      const stack = example.stack();
      const deployer = noDep === undefined ? deployerItself(machine) : await deployerByScript(machine);
      try {
        for (const version of ["1", "2"]) {
          await deployer.prepare(version);
          await stack.configure({ host: machine.address, version });
          await up(stack);
          await serves(version);
        }
        // Neither Deployer's lock nor its link `release`, by which its next run would remove what is live.
        const { deployPath } = machine;
        assert.equal(await machine.must(`cd ${deployPath} && ls .dep/deploy.lock release 2>/dev/null || :`), "");
      } finally {
        deployer.close();
      }
    }));

  test("stack-reference takes its host from another stack, and what waits for a version learns of healthy ones only", () =>
    withExample("stack-reference", async (example) => {
      const host = example.stack("prod", "host");
      const stack = example.stack("prod", "site");
      builds.link(join(stack.dir, "builds"));
      builds.make("1");
      builds.make("2", { "public/index.php": "<?php http_response_code(500);" });
      const key = readFileSync(machine.connection.privateKeyPath, "utf8");
      await host.configure({ address: machine.address, hostKey: machine.hostKey });
      await host.configure({ deployKey: key }, "secret");
      await up(host);
      await stack.configure({ hostStack: "organization/stack-reference-host/prod", version: "1" });

      await up(stack);
      await serves("1");
      assert.deepEqual(await kept(stack), { DnsRecord: { type: "A", value: machine.address }, Monitor: monitor("1") });
      assert.ok(!(await stack.state()).includes("PRIVATE KEY"));

      await stack.configure({ version: "2" });
      assert.notEqual((await stack.up()).code, 0);
      await serves("1");
      assert.deepEqual((await kept(stack)).Monitor, monitor("1"));
    }));
  const monitor = (version: string) => ({ url: "http://example.com/", version });
  /** What the stand-ins keep, by their types. */
  const kept = async (stack: PulumiStack): Promise<Record<string, object>> => {
    const { resources } = JSON.parse(await stack.state()).deployment;
    const standIns = resources.filter(({ type }: { type: string }) => type.includes("/stand-in:"));
    return Object.fromEntries(
      standIns.map(
        ({ type, outputs: { __provider, ...outputs } }: { type: string; outputs: Record<string, unknown> }) => [
          type.split(":").at(-1),
          outputs,
        ],
      ),
    );
  };

  test("automation previews and releases by a program of its own, and tells a CI how it went", () =>
    withExample("automation", async (example) => {
      const stack = example.stack();
      await stack.configure({ host: machine.address });
      builds.link(join(example.dir, "builds"));
      builds.make("1");
      builds.make("2", { "public/index.php": "<?php http_response_code(500);" });
      const release = (...words: string[]) => example.run("node", "index.mts", ...words);

      assert.deepEqual(await release("up"), {
        code: 2,
        stdout: "",
        stderr: "usage: node index.mts preview|up VERSION\n",
      });
      const preview = await release("preview", "1");
      assert.equal(preview.code, 0, preview.stdout + preview.stderr);
      assert.match(preview.stdout, /version *: "1"/);
      const done = await release("up", "1");
      assert.equal(done.code, 0, done.stdout + done.stderr);
      assert.match(done.stdout, /^1 is live$/m);
      await serves("1");
      const failed = await release("up", "2");
      assert.equal(failed.code, 1);
      assert.match(failed.stdout, /error: Cannot switch .* GET \/ answered 500/);
      await serves("1");
    }));
});
