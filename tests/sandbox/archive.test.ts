import assert from "node:assert/strict";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import { must } from "../support/command.ts";
import { smallSite, type Tree, writeTree } from "../support/releaseTree.ts";
import { type Sandbox, startSandbox } from "../support/sandbox.ts";
import { type PlainArgs, projectOf, Stack } from "../support/stack.ts";

// What sites.json cannot say: archives, made by the program or of what another resource gives.
const program = `
const pulumi = require("@pulumi/pulumi");
const { SiteRelease } = require("pulumi-site-release");
const { AssetArchive, FileArchive, FileAsset, StringAsset } = pulumi.asset;

class Text extends pulumi.dynamic.Resource {
  constructor(name, wanted) {
    super({ create: async ({ wanted }) => ({ id: name, outs: { wanted, text: wanted } }) }, name, { wanted, text: undefined });
  }
}
const page = (text) => new AssetArchive({ "public/index.php": new StringAsset(text) });
const archives = {
  file: (path) => new FileArchive(path),
  assets: (top, vendor, file, text) =>
    new AssetArchive({
      ".": new FileArchive(top),
      vendor: new FileArchive(vendor),
      "bin/tool": new FileAsset(file),
      "public/index.php": new StringAsset(text),
    }),
  made: (text) => new Text("text", text).text.apply(page),
  secret: (text) => pulumi.secret(text).apply(page),
};
const [{ name, args, opts }] = JSON.parse(require("node:fs").readFileSync("sites.json", "utf8"));
const { archive: [kind, ...words] = [], ...plain } = args;
const site = new SiteRelease(name, { ...plain, ...(kind && { archive: archives[kind](...words) }) }, opts);
exports.report = site.report;
exports.digest = site.release.releaseDigest;
`;

// Empty directories, links and executables: Pulumi's own reading of a directory loses them.
const tree = (version: string): Tree => ({
  ...smallSite,
  "public/index.php": `<?php echo "version ${version}";`,
  "public/latest.php": { link: "index.php" },
});

describe("a release of Pulumi's Archives", () => {
  let sandbox: Sandbox;
  let stack: Stack;
  before(async () => {
    stack = new Stack("test", projectOf(program));
    sandbox = await startSandbox();
  });
  after(async () => {
    stack?.close();
    await sandbox?.close();
  });

  const declare = (version: string, origin: PlainArgs, opts: object = {}) => {
    const { deployPath, serverName, pool, nginx, httpPort } = sandbox;
    const place = { local: true, deployPath, serverName, pools: [pool], nginx, probe: { port: httpPort } };
    stack.declare({ ...place, version, ...origin }, "example.com", opts);
  };
  const build = (version: string) => writeTree(join(stack.dir, `build-${version}`), tree(version));
  const page = async () => (await fetch(`http://127.0.0.1:${sandbox.httpPort}/`)).text();
  const up = async () => {
    const { code, stdout, stderr } = await stack.up();
    assert.equal(code, 0, stdout + stderr);
    return (await stack.outputs()) as { digest?: string; report?: { release?: Record<string, unknown> } };
  };
  const changesNothing = async () => {
    const { code, stdout, stderr } = await stack.up("--expect-no-changes");
    assert.equal(code, 0, stdout + stderr);
  };
  const noChange = async () => assert.match(await stack.preview("--expect-no-changes"), /^ {4}\d+ unchanged$/m);
  /** The inputs and outputs that the state has of the Release. */
  const recorded = async (): Promise<{ inputs: PlainArgs; outputs: PlainArgs }> => {
    const { deployment } = JSON.parse(await stack.state());
    return deployment.resources.find(({ type }: { type: string }) => type.endsWith("/pulumi-site-release:Release"));
  };

  test("a FileArchive of a directory is that directory, with modes, links and empty directories", async () => {
    const path = build("1");
    declare("1", { archive: ["file", "./build-1"] });
    assert.match(await stack.preview(), /archive\s*: archive\(file:[0-9a-f]{7}\) \{ \.\/build-1 \}/);
    const { digest } = await up();
    assert.equal(await page(), "version 1");
    assert.equal(digest, (await digestSource(path)).digest);
    const release = join(sandbox.deployPath, "releases/1");
    assert.equal(lstatSync(join(release, "bin/console")).mode & 0o111, 0o111);
    assert.equal(readlinkSync(join(release, "public/latest.php")), "index.php");
    assert.deepEqual(readdirSync(join(release, "var/cache")), []);
  });

  test("the state has it once, as the program gave it", async () => {
    const { inputs, outputs } = await recorded();
    assert.equal((inputs.archive as { path: string }).path, "./build-1");
    assert.equal("archive" in outputs, false);
    assert.equal(JSON.stringify([inputs, outputs]).includes(stack.dir), false);
  });

  test("the same content again is no change, be it as source or as archive", async () => {
    await noChange();
    declare("1", { source: "./build-1" });
    await changesNothing();
    declare("1", { archive: ["file", "./build-1"] });
    await noChange();
    declare("1", {});
    await noChange();
  });

  test("other content of the same version is refused in the preview", async () => {
    build("2");
    declare("1", { archive: ["file", "./build-2"] });
    const { code, stdout, stderr } = await stack.pulumi("preview");
    assert.notEqual(code, 0);
    assert.match(
      stdout + stderr,
      /archive has other content than 1 was released with: use a new version, or omit archive to keep what the host has/,
    );
  });

  test("an AssetArchive puts files, texts and other archives together", async () => {
    writeTree(join(stack.dir, "parts"), { "lib/a.php": "<?php\n", "lib/empty": { dir: true } });
    writeTree(stack.dir, { tool: { executable: "#!/bin/sh\n" } });
    const vendor = writeTree(join(stack.dir, "vendor"), {
      "autoload.php": "<?php\n",
      "bin/phpunit": { executable: "" },
    });
    must("tar", "-C", vendor, "-czf", join(stack.dir, "vendor.tar.gz"), ".");
    declare("3", { archive: ["assets", "./parts", "./vendor.tar.gz", "./tool", '<?php echo "composed";'] });
    const { digest } = await up();
    assert.equal(await page(), "composed");
    const same = writeTree(join(stack.dir, "same"), {
      "bin/tool": { executable: "#!/bin/sh\n" },
      "lib/a.php": "<?php\n",
      "lib/empty": { dir: true },
      "public/index.php": '<?php echo "composed";',
      "vendor/autoload.php": "<?php\n",
      "vendor/bin/phpunit": { executable: "" },
    });
    assert.equal(digest, (await digestSource(same)).digest);
    await noChange();
  });

  test("going back sends nothing", async () => {
    declare("1", { archive: ["file", "./build-1"] });
    const { report } = await up();
    assert.equal(await page(), "version 1");
    assert.deepEqual([report?.release?.status, report?.release?.sentBytes], ["reused", 0]);
  });

  test("a refresh changes nothing, and what comes after it neither needs nor misses the old archive", async () => {
    const refreshed = await stack.refresh("--expect-no-changes");
    assert.equal(refreshed.code, 0, refreshed.stdout + refreshed.stderr);
    await noChange();
    declare("3", { archive: ["file", "./build-2"] }, { ignoreChanges: ["version"] });
    await changesNothing();
    assert.equal(await page(), "version 1");
    declare("2", { archive: ["file", "./build-2"] });
    await up();
    assert.equal(await page(), "version 2");
  });

  test("what a resource has yet to make is unknown in the preview and released in the update", async () => {
    declare("4", { archive: ["made", '<?php echo "made";'] });
    assert.match(await stack.preview(), /sourceDigest\s*: "[0-9a-f]{64}" => \[unknown\]/);
    await up();
    assert.equal(await page(), "made");
    await noChange();
  });

  test("a secret text stays secret in the state", async () => {
    declare("5", { archive: ["secret", '<?php echo "s3cret";'] });
    const { code, stdout, stderr } = await stack.pulumi("up", "--yes", "--diff");
    assert.equal(code, 0, stdout + stderr);
    assert.equal(await page(), "s3cret");
    assert.doesNotMatch(stdout + stderr + (await stack.state()), /s3cret/);
  });

  test("a destroy needs no archive", async () => {
    const { code, stdout, stderr } = await stack.destroy();
    assert.equal(code, 0, stdout + stderr);
    assert.equal(await page(), "s3cret");
  });
});
