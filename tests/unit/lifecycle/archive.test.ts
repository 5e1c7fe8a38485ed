import { deepEqual, equal, match } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { archiveOrigin } from "../../../provider/lifecycle/archive.ts";
import { diffRelease, releaseNeedsHost } from "../../../provider/lifecycle/diff.ts";
import { releasePlan } from "../../../provider/lifecycle/plans.ts";
import { checkRelease } from "../../../provider/lifecycle/releaseCheck.ts";
import { releaseShape } from "../../../provider/lifecycle/shapes.ts";
import { inputsOf } from "../../../provider/lifecycle/state.ts";
import { ownCache, smallSite, temporaryDir, writeTree } from "../../support/releaseTree.ts";

ownCache();

const { AssetArchive, FileArchive, FileAsset, RemoteArchive, RemoteAsset, StringAsset } = pulumi.asset;
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const NEWS = { local: true, deployPath: "/srv", version: "42", __urn: "urn:pulumi:dev::shop::t::example.com" };
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** An archive as the SDK sends it; the engine only adds hashes. */
async function wired(archive: pulumi.asset.Archive): Promise<Record<string, unknown>> {
  return (await pulumi.runtime.serializeProperties("test", { archive })).archive;
}

async function reasons(archive: unknown, more: object = {}): Promise<string[]> {
  return (await checkRelease({}, { ...NEWS, archive, ...more })).failures.map(({ reason }) => reason);
}

test("A FileArchive is its path, relative to the program, and so is a remote one of this machine", async () => {
  equal(archiveOrigin(await wired(new FileArchive("./builds/42"))), resolve("builds/42"));
  equal(archiveOrigin(await wired(new FileArchive("/srv/42.zip"))), "/srv/42.zip");
  equal(archiveOrigin(await wired(new RemoteArchive("file:///srv/a%20b.tar.gz"))), "/srv/a b.tar.gz");
});

test("An AssetArchive is its parts, those of archives in it below their names", async () => {
  const archive = new AssetArchive({
    ".": new FileArchive("./build"),
    "public/caf\u00e9.txt": new StringAsset("\u00fc"),
    "bin/console": new FileAsset("bin/console"),
    "key.pem": new RemoteAsset("file:///srv/key.pem"),
    config: new AssetArchive({ "app.php": new StringAsset("<?php"), lib: new FileArchive("/srv/lib.tar") }),
  });
  deepEqual(archiveOrigin(await wired(archive)), [
    { kind: "tree", path: ".", place: resolve("build") },
    { kind: "text", path: "public/caf\xc3\xa9.txt", text: "\u00fc" },
    { kind: "file", path: "bin/console", place: resolve("bin/console") },
    { kind: "file", path: "key.pem", place: "/srv/key.pem" },
    { kind: "text", path: "config/app.php", text: "<?php" },
    { kind: "tree", path: "config/lib", place: "/srv/lib.tar" },
  ]);
});

test("An empty text is what its hash says, since the engine leaves it out", async () => {
  const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", hash: nothing };
  const archive = { [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", assets: { empty: asset } };
  deepEqual(archiveOrigin(archive), [{ kind: "text", path: "empty", text: "" }]);
  deepEqual(await reasons({ ...archive, assets: { lost: { ...asset, hash: "aaa" } } }), [
    'archive["lost"] must be an Asset or an Archive of pulumi.asset',
  ]);
});

test("What would have to be downloaded is refused, and its address not told", async () => {
  const refusal =
    "would have to be downloaded, which this package does not do: let the build fetch it, and give the file as source or in a FileArchive";
  deepEqual(await reasons(await wired(new RemoteArchive("https://example.com/a.zip?token=s3cret"))), [
    `archive ${refusal}`,
  ]);
  const archive = new AssetArchive({
    "a.php": new RemoteAsset("http://example.com/a"),
    lib: new AssetArchive({ b: new RemoteArchive("no address") }),
  });
  deepEqual(await reasons(await wired(archive)), [`archive["a.php"] ${refusal}`, `archive["lib"]["b"] ${refusal}`]);
});

test("What is no Archive is refused, one that came back without its content too", async () => {
  const refusal = 'archive must be an Archive of pulumi.asset, as in new FileArchive("./build")';
  const whole = await wired(new FileArchive("./build"));
  const hashOnly = { [SIGNATURE]: whole[SIGNATURE], hash: "aaa" };
  for (const archive of ["./build", [], {}, { path: "./build" }, hashOnly, await wired(new StringAsset("a") as never)])
    deepEqual(await reasons(archive), [refusal], JSON.stringify(archive));
});

test("One of source and archive is enough", async () => {
  const both = ["source and archive are two sources: one of them is needed"];
  deepEqual(await reasons(await wired(new FileArchive("./build")), { source: "./build" }), both);
  deepEqual(await reasons(UNKNOWN, { source: "./build" }), both);
});

test("An archive that a preview does not know passes, with a digest that is not known either", async () => {
  const { inputs, failures } = await checkRelease({}, { ...NEWS, archive: UNKNOWN });
  deepEqual([failures, inputs.archive, inputs.sourceDigest], [[], UNKNOWN, UNKNOWN]);
});

test("The same content has the same digest as source and as archive: to move from one to the other is no change", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "site"), smallSite);
  execFileSync("tar", ["-C", source, "-czf", join(dir, "site.tar.gz"), "."]);
  const olds = (await checkRelease({}, { ...NEWS, source })).inputs;
  match(String(olds.sourceDigest), /^[0-9a-f]{64}$/);
  for (const archive of [
    new FileArchive(source),
    new FileArchive(join(dir, "site.tar.gz")),
    new AssetArchive({ ".": new FileArchive(source) }),
  ]) {
    const { inputs, failures } = await checkRelease(olds, { ...NEWS, archive: await wired(archive) });
    deepEqual([failures, inputs.sourceDigest, inputs.archive], [[], olds.sourceDigest, await wired(archive)]);
    deepEqual(diffRelease(olds, inputs), { changes: false, replaces: [] });
    // And back.
    deepEqual((await checkRelease(inputs, { ...NEWS, source })).failures, []);
  }
  const other = new AssetArchive({ ".": new FileArchive(source), more: new StringAsset("") });
  const archive = await wired(other);
  const hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  Object.assign((archive as { assets: { more: object } }).assets.more, { hash });
  deepEqual((await checkRelease(olds, { ...NEWS, archive })).failures, [
    {
      property: "",
      reason:
        "archive has other content than 42 was released with: use a new version, or omit archive to keep what the host has",
    },
  ]);
  deepEqual((await checkRelease(olds, { ...NEWS, version: "43", archive })).failures, []);
});

test("A part that cannot be read is a refusal of the archive", async () => {
  const [reason = ""] = await reasons(await wired(new AssetArchive({ a: new FileAsset("/no/such/file") })));
  match(reason, /^Cannot read the AssetArchive of \/no\/such\/file: ENOENT/);
});

test("diff and update see an archive by its hash alone, which is no change", async () => {
  const archive = { [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", hash: "aaa" };
  const { inputs: olds } = await checkRelease({}, NEWS);
  deepEqual(diffRelease(olds, { ...olds, archive }), { changes: false, replaces: [] });
  const news = { ...olds, archive, connection: { host: "web1" }, local: false };
  deepEqual(diffRelease({ ...olds, archive }, news), { changes: true, replaces: ["local"] });
  equal(releaseNeedsHost({ ...olds, archive }, news), true);
});

test("A plan is made of what the archive holds", async () => {
  const archive = await wired(new AssetArchive({ a: new StringAsset("1") }));
  const plan = releasePlan(inputsOf(releaseShape, { ...NEWS, archive }), "aaa", []);
  deepEqual(plan.source, [{ kind: "text", path: "a", text: "1" }]);
});
