import assert from "node:assert/strict";
import { appendFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { digestSource } from "../../provider/release/digest.ts";
import { Builds, versionFiles } from "../support/builds.ts";
import { dokuwiki, dokuwikiUnavailable, makeData } from "../support/dokuwiki.ts";
import { startLoad } from "../support/load.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { contentsIn, contentsOn } from "../support/releaseOnDisk.ts";
import { oddTree, smallSite, writeTree } from "../support/releaseTree.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";

const skip = machinesUnavailable() ?? dokuwikiUnavailable() ?? false;

// Files have no write bits, since releases share them.
const modes = "d 755 deploy deploy\nf 444 deploy deploy\nf 555 deploy deploy\n";

// One stack goes through all of it, in this order.
describe("a real application", { skip }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  before(async () => {
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("wiki", { suite: "trixie" });
    const data = await makeData(machine);
    await machine.writeFile(`${data}/pages/start.txt`, "====== A page of all releases ======\n");
  });
  after(async () => {
    stack?.close();
    await machine?.close();
    builds?.close();
  });

  const build = (version: string) => {
    const dir = builds.path(version);
    cpSync(dokuwiki(), dir, { recursive: true, verbatimSymlinks: true });
    builds.make(version, versionFiles(version));
    writeTree(join(dir, "odd"), oddTree);
    return dir;
  };
  const up = async (version: string): Promise<string> => {
    const args: PlainArgs = {
      connection: machine.connection,
      deployPath: machine.deployPath,
      version,
      source: builds.path(version),
      publicDir: ".",
      sharedDirs: ["data"],
      probe: { expectStatus: [200], expectBody: "A page of all releases" },
      drainTimeout: 5,
    };
    stack.declare(args);
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    const { digest, files } = await digestSource(args.source as string, { sharedDirs: ["data"], sharedFiles: [] });
    assert.ok(files > 4000, `${files} files`);
    const { deployment } = JSON.parse(await stack.state());
    const digests = deployment.resources.flatMap(({ outputs }: { outputs?: Record<string, unknown> }) =>
      outputs?.releaseDigest === undefined ? [] : [outputs.releaseDigest],
    );
    assert.deepEqual(digests, [digest]);
    const place = `${machine.deployPath}/releases/${version}`;
    assert.deepEqual(await contentsOn(machine, place, "data"), contentsIn(builds.path(version), "data"));
    assert.deepEqual(await machine.must(`cd ${place} && find . ! -type l -printf '%y %m %u %g\\n' | sort -u`), modes);
    return stdout;
  };

  test("is released whole, and serves", async () => {
    build("1");
    await up("1");
    const { status, body } = await machine.http("/");
    assert.equal(status, 200);
    assert.match(body, /^<!DOCTYPE html>.*A page of all releases.*<!-- early 1 --><!-- late 1 -->$/s);
  });

  test("has every odd name, and nginx serves what they name", async () => {
    const files = Object.entries(oddTree).flatMap(([path, what]) => {
      if (typeof what === "string") return [[path, what] as const];
      return "executable" in what ? [[path, what.executable] as const] : [];
    });
    const asked = [...files, ["long link", "long"], ["a link", smallSite["public/index.php"]]] as const;
    for (const [path, body] of asked.filter(([path]) => !path.endsWith(".php")))
      assert.deepEqual(await machine.http(`/odd/${percentEncoded(path)}`), { status: 200, body }, path);
  });

  test("is switched under load to a version with other files", async () => {
    const dir = build("2");
    for (const path of ["doku.php", "inc/init.php", "inc/common.php"])
      appendFileSync(join(dir, path), "\n// changed in 2\n");
    const load = startLoad({ url: `http://${machine.address}/`, host: machine.serverName, rate: 40, connections: 8 });
    load.mark("before", "1");
    await sleep(1000);
    load.mark("switching");
    await up("2");
    load.mark("switched", "2");
    await sleep(1000);
    const { verdicts, requests, failures } = await load.stop();
    const { ok, lostReused, ...bad } = verdicts;
    assert.deepEqual(bad, { failed: 0, mixed: 0, stale: 0, lost: 0 }, JSON.stringify(failures));
    assert.equal(ok + lostReused, requests);
    assert.ok(ok > 100, `${ok} requests`);
    // One per kept connection at most: what was idle when nginx closed it.
    assert.ok(lostReused <= 8, `${lostReused} of ${requests} on reused connections`);
  });
});

/** A path of one byte a character as a URL has it. */
function percentEncoded(path: string): string {
  const encoded = (byte: string) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return path.replace(/[^a-z/]/g, encoded);
}
