import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Asset, openAssets } from "../../../provider/release/assets.ts";
import { digestSource } from "../../../provider/release/digest.ts";
import { Exclusion } from "../../../provider/release/exclusion.ts";
import { nothingShared, SharedPlaces } from "../../../provider/release/shared.ts";
import { walkedOnce } from "../../../provider/release/source.ts";
import { oddTree, ownCache, smallSite, temporaryDir, writeTree } from "../../support/releaseTree.ts";
import { zipMembers, zipOf } from "../../support/zip.ts";

ownCache();

function tar(from: string, archive: string): string {
  execFileSync("tar", ["-C", from, "-caf", archive, "."]);
  return archive;
}

const text = (path: string, content: string): Asset => ({ kind: "text", path, text: content });
const file = (path: string, place: string): Asset => ({ kind: "file", path, place });
const tree = (path: string, place: string): Asset => ({ kind: "tree", path, place });

test("parts have the digest of a directory that holds the same, whatever they are and in whatever order", async (t) => {
  const dir = temporaryDir(t);
  const site = writeTree(join(dir, "site"), smallSite);
  writeTree(join(dir, "bin"), { console: { executable: "#!/usr/bin/env php\n" } });
  symlinkSync("bin/console", join(dir, "link"));
  const vendor = writeTree(join(dir, "vendor"), { "autoload.php": "<?php\n" });
  writeFileSync(join(dir, "vendor.zip"), zipOf(zipMembers(vendor)));
  const { digest, files, bytes } = await digestSource(site);
  for (const place of [vendor, tar(vendor, join(dir, "vendor.tar.gz")), join(dir, "vendor.zip")]) {
    const parts = [
      tree("./vendor/", place),
      text("public/index.php", "<?php echo 1;\n"),
      tree("var", writeTree(join(dir, "var"), { cache: { dir: true } })),
      file("bin/console", join(dir, "link")),
      file("public/app.css", join(site, "public/app.css")),
    ];
    for (const assets of [parts, parts.toReversed()]) {
      const seen = await digestSource(assets);
      assert.deepEqual({ digest: seen.digest, files: seen.files, bytes: seen.bytes }, { digest, files, bytes });
    }
  }
});

test("a whole directory or archive at the top is as it would be alone, odd names and links too", async (t) => {
  const dir = temporaryDir(t);
  const site = writeTree(join(dir, "site"), oddTree);
  const { digest } = await digestSource(site);
  for (const top of ["", ".", "./"])
    for (const place of [site, tar(site, join(dir, "site.tar"))])
      assert.equal((await digestSource([tree(top, place)])).digest, digest, `${top} ${place}`);
});

test("a hard link in an archive below a name is the file there", async (t) => {
  const dir = temporaryDir(t);
  const site = writeTree(join(dir, "site/lib"), { a: "1" });
  linkSync(join(site, "a"), join(site, "b"));
  const archive = tar(site, join(dir, "lib.tar"));
  assert.equal((await digestSource([tree("lib", archive)])).digest, (await digestSource(join(dir, "site"))).digest);
});

test("text is UTF-8, in names too, and may be empty", async (t) => {
  const dir = temporaryDir(t);
  const site = writeTree(join(dir, "site"), { "caf\xc3\xa9": "\u00fc\u0000\n", empty: "" });
  const parts = [text("caf\xc3\xa9", "\u00fc\u0000\n"), text("empty", "")];
  assert.equal((await digestSource(parts)).digest, (await digestSource(site)).digest);
});

test("what is excluded is so by its path in the release", async (t) => {
  const dir = temporaryDir(t);
  const lib = writeTree(join(dir, "lib"), { "tests/a": "1", "src/b": "2" });
  const digest = async (assets: Asset[], ...exclude: string[]) =>
    (await digestSource(assets, nothingShared, exclude)).digest;
  const wanted = await digest([file("lib/src/b", join(lib, "src/b"))]);
  assert.equal(await digest([tree("lib", lib)], "/lib/tests"), wanted);
  assert.equal(await digest([tree("lib", lib), text("tests", "")], "/tests"), await digest([tree("lib", lib)]));
  assert.equal(
    await digest([tree(".", lib), text("notes", "")], "/tests", "notes"),
    await digest([tree(".", lib)], "/tests"),
  );
});

test("a changed file is another digest, also where its cache knows the old one", async (t) => {
  const dir = temporaryDir(t);
  writeTree(dir, { a: "1" });
  const parts = [file("a", join(dir, "a")), text("b", "2")];
  const before = await digestSource(parts);
  assert.deepEqual(await digestSource(parts), before);
  writeFileSync(join(dir, "a"), "2");
  assert.notEqual((await digestSource(parts)).digest, before.digest);
});

test("the parts are read again as often as a release is sent, those in an archive too", async (t) => {
  const dir = temporaryDir(t);
  const archive = tar(writeTree(join(dir, "lib"), { b: "two" }), join(dir, "lib.tar"));
  const files = [text("a", "one"), file("c", join(writeTree(join(dir, "c"), { c: "three" }), "c"))];
  for (const [parts, form] of [
    [files, "directory"],
    [[...files, tree("lib", archive)], "archive"],
  ] as const) {
    const source = walkedOnce(await openAssets(parts, new Exclusion([])));
    assert.equal(source.form, form);
    for (const _time of [1, 2]) {
      const met: string[] = [];
      for await (const entry of source.entries(new SharedPlaces(nothingShared)))
        if ("file" in entry) {
          const chunks: Uint8Array[] = [];
          for await (const chunk of entry.file.open()) chunks.push(chunk);
          met.push(`${entry.path}: ${Buffer.concat(chunks)}`);
        }
      assert.deepEqual(met, ["a: one", "c: three", ...(form === "archive" ? ["lib/b: two"] : [])]);
    }
  }
});

test("shared content can come from parts", async () => {
  const source = await openAssets([text("storage/app/a", "1"), text("index.php", "2")], new Exclusion([]));
  const paths: string[] = [];
  for await (const { path } of source.copies(new Set(["storage"]))) paths.push(path);
  assert.deepEqual(paths, ["storage", "storage/app", "storage/app/a"]);
});

test("parts that no release can hold, or that cannot be read, are one clear error", async (t) => {
  const dir = temporaryDir(t);
  const lib = writeTree(join(dir, "lib"), { a: "1", b: "2" });
  const cut = tar(lib, join(dir, "cut.tar.gz"));
  truncateSync(cut, readFileSync(cut).length - 10);
  writeFileSync(join(dir, "a.rar"), "");
  const cases: [Asset[], string][] = [
    [[text("a", "1"), text("./a", "2")], "Cannot make a release of the AssetArchive: a comes twice"],
    [[tree(".", lib), text("a", "2")], `Cannot make a release of the AssetArchive of ${lib}: a comes twice`],
    [[text("../a", "")], "Cannot make a release of the AssetArchive: ../a leaves the release"],
    [[tree("/srv", lib)], `Cannot make a release of the AssetArchive of ${lib}: /srv/ is an absolute path`],
    [[text("a", ""), text("a/b", "")], "Cannot make a release of the AssetArchive: a/b lies below a, which is a file"],
    [[file("a", lib)], `Cannot make a release of the AssetArchive of ${lib}: a is`],
    [[file("a", join(dir, "none"))], `Cannot read the AssetArchive of ${join(dir, "none")}: ENOENT`],
    [[tree("a", join(dir, "none"))], `Cannot read ${join(dir, "none")}: ENOENT`],
    [
      [tree("a", join(dir, "a.rar"))],
      `Cannot make a release of ${join(dir, "a.rar")}: its name ends in none of the known ways`,
    ],
    [[file("0", join(lib, "a")), tree("a", cut)], `Cannot read ${cut}: unexpected end of file`],
  ];
  for (const [assets, why] of cases)
    await assert.rejects(digestSource(assets), (error: Error) => {
      assert.equal(error.name, "SiteReleaseError");
      assert.ok(error.message.startsWith(why), error.message);
      return true;
    });
});
