import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { zstdCompressSync } from "node:zlib";
import { digestSource } from "../../../provider/release/digest.ts";
import { oddTree, ownCache, smallSite, type Tree, temporaryDir, writeTree } from "../../support/releaseTree.ts";
import { type ZipMember, zipMembers, zipOf } from "../../support/zip.ts";

ownCache();

function tarZst(source: string, archive: string): void {
  const tar = execFileSync("tar", ["-C", source, "-cf", "-", "."], { maxBuffer: 1e8 });
  writeFileSync(archive, zstdCompressSync(tar));
}

const archives: Record<string, (source: string, archive: string) => void> = {
  "gnu.tar": (source, archive) => void execFileSync("tar", ["-C", source, "-cf", archive, "."]),
  "gnu.tar.gz": (source, archive) => void execFileSync("tar", ["-C", source, "-czf", archive, "."]),
  "gnu.tgz": (source, archive) => void execFileSync("tar", ["-C", source, "-czf", archive, "."]),
  "gnu.tar.zst": tarZst,
  "gnu.tzst": tarZst,
  "site.zip": (source, archive) => writeFileSync(archive, zipOf(zipMembers(source))),
};

for (const [name, make] of Object.entries(archives))
  test(`the digest of ${name} is the digest of the directory it was made from`, async (t) => {
    const dir = temporaryDir(t);
    const source = writeTree(join(dir, "source"), oddTree);
    const archive = join(dir, name);
    make(source, archive);
    const { digest, files, bytes } = await digestSource(source);
    assert.deepEqual(await digestSource(archive), { digest, files, bytes });
    assert.deepEqual(await digestSource(archive), { digest, files, bytes });
  });

test("the digest of a pax tar is the digest of its directory, as long as all names are UTF-8", async (t) => {
  const dir = temporaryDir(t);
  const utf8 = Object.entries(oddTree).filter(([name]) => !/[\xfe\xff]/.test(name));
  const source = writeTree(join(dir, "source"), Object.fromEntries(utf8));
  const archive = join(dir, "pax.tar");
  execFileSync("tar", ["-C", source, "--format=pax", "-cf", archive, "."]);
  assert.equal((await digestSource(archive)).digest, (await digestSource(source)).digest);
});

test("a directory that wraps an archive is a directory of the release", async (t) => {
  const dir = temporaryDir(t);
  writeTree(join(dir, "in/app-1.0"), smallSite);
  execFileSync("tar", ["-C", join(dir, "in"), "-cf", join(dir, "app.tar"), "app-1.0"]);
  assert.equal((await digestSource(join(dir, "app.tar"))).digest, (await digestSource(join(dir, "in"))).digest);
});

test("a hard link in a tar is the file that it names", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), smallSite);
  linkSync(join(source, "bin/console"), join(source, "bin/other"));
  execFileSync("tar", ["-C", source, "-cf", join(dir, "a.tar"), "."]);
  assert.match(execFileSync("tar", ["-tvf", join(dir, "a.tar")], { encoding: "utf8" }), / link to /);
  assert.deepEqual((await digestSource(join(dir, "a.tar"))).digest, (await digestSource(source)).digest);
});

test("umask, owner and mtime do not change the digest; the executable bit and an empty directory do", async (t) => {
  const dir = temporaryDir(t);
  const digestOfTree = async (name: string, tree: Tree): Promise<string> =>
    (await digestSource(writeTree(join(dir, name), tree))).digest;
  const plain = await digestOfTree("a", { f: "x" });
  const same = writeTree(join(dir, "b"), { f: "x" });
  execFileSync("sh", ["-c", 'touch -d 2001-01-01 "$1/f"; chmod 0600 "$1/f"; chmod 0700 "$1"', "sh", same]);
  assert.equal((await digestSource(same)).digest, plain);
  assert.notEqual(await digestOfTree("c", { f: { executable: "x" } }), plain);
  assert.notEqual(await digestOfTree("d", { f: "x", e: { dir: true } }), plain);
  assert.equal((await digestSource(join(dir, "d"))).files, 1);
});

const refused: Record<string, (source: string) => void | Promise<void>> = {
  "pipe is a FIFO. Take it out of the source": (source) => void execFileSync("mkfifo", [join(source, "pipe")]),
  "sock is a socket. Take it out of the source": (source) =>
    new Promise((resolve) => {
      const server = createServer().listen(join(source, "sock"), () => {
        server.unref();
        resolve();
      });
    }),
  "public/storage is a link that leaves the release, to /home/me/storage. Make the link relative and keep it inside (Laravel: php artisan storage:link --relative), or share its target":
    (source) => void writeTree(source, { "public/storage": { link: "/home/me/storage" } }),
  "up is a link that leaves the release, to ../x. Make the link relative and keep it inside (Laravel: php artisan storage:link --relative), or share its target":
    (source) => void writeTree(source, { up: { link: "../x" } }),
  "d/out is a link that leaves the release, to in/../.. . Make": (source) =>
    void writeTree(source, { "d/in": { link: ".." }, "d/out": { link: "in/../.. " } }),
};

for (const [message, prepare] of Object.entries(refused))
  test(`a source is refused: ${message.slice(0, 60)}`, async (t) => {
    const source = writeTree(join(temporaryDir(t), "source"), smallSite);
    await prepare(source);
    await assert.rejects(digestSource(source), (error: Error) => {
      const [observed = "", next = ""] = message.split(". ");
      assert.equal(error.name, "SiteReleaseError");
      assert.ok(error.message.startsWith(`Cannot make a release of ${source}: ${observed}`), error.message);
      assert.ok(error.message.includes(next), error.message);
      return true;
    });
  });

test("a source that cannot be opened, is cut, or has an unknown form is one clear error", async (t) => {
  const dir = temporaryDir(t);
  const source = writeTree(join(dir, "source"), smallSite);
  for (const name of ["a.tar", "a.tar.gz"])
    archives[name === "a.tar" ? "gnu.tar" : "gnu.tar.gz"]?.(source, join(dir, name));
  writeFileSync(join(dir, "whole.tar"), readFileSync(join(dir, "a.tar")));
  truncateSync(join(dir, "a.tar"), 2048);
  truncateSync(join(dir, "a.tar.gz"), readFileSync(join(dir, "a.tar.gz")).length - 20);
  tarZst(source, join(dir, "a.tar.zst"));
  const packed = readFileSync(join(dir, "a.tar.zst"));
  writeFileSync(join(dir, "b.tar.zst"), packed.subarray(0, -20));
  const tar = readFileSync(join(dir, "whole.tar"));
  writeFileSync(
    join(dir, "c.tar.zst"),
    Buffer.concat([tar.subarray(0, 4096), tar.subarray(4096)].map((part) => zstdCompressSync(part))),
  );
  writeFileSync(join(dir, "d.tar.zst"), "no zstd");
  writeFileSync(join(dir, "a.zip"), "no zip");
  writeFileSync(join(dir, "a.rar"), "");
  const messages: string[] = [];
  for (const name of ["a.tar", "a.tar.gz", "b.tar.zst", "c.tar.zst", "d.tar.zst", "a.zip", "a.rar", "none"])
    await digestSource(join(dir, name)).catch((error: Error) => messages.push(error.message.replace(dir, "")));
  assert.deepEqual(messages, [
    "Cannot read /a.tar: it ends without a tar's end mark: it was cut",
    "Cannot read /a.tar.gz: unexpected end of file",
    "Cannot read /b.tar.zst: unexpected end of file",
    "Cannot read /c.tar.zst: it ends without a tar's end mark: it was cut, or has several zstd frames (make it with tar --zstd)",
    "Cannot read /d.tar.zst: Unknown frame descriptor",
    "Cannot read /a.zip: End of central directory record signature not found. Either not a zip file, or file is truncated.",
    "Cannot make a release of /a.rar: its name ends in none of the known ways, expected a directory, .tar, .tar.gz, .tgz, .tar.zst, .tzst or .zip",
    "Cannot read /none: nothing is there",
  ]);
});

test("an archive's names cannot leave the release, come twice, or go through a link", async (t) => {
  const dir = temporaryDir(t);
  const file = (name: string): ZipMember => ({
    name,
    mode: 0o100644,
    content: Buffer.alloc(0),
  });
  const link = (name: string, to: string): ZipMember => ({
    name,
    mode: 0o120777,
    content: Buffer.from(to),
  });
  const cases: [ZipMember[], string][] = [
    [[file("../x")], "../x leaves the release"],
    [[file("a/../../x")], "a/../../x leaves the release"],
    [[file("/etc/x")], "/etc/x is an absolute path"],
    [[file("a"), file("./a")], "a comes twice"],
    [[file("a/b"), file("a")], "a comes twice"],
    [[link("a", "b"), file("a/x")], "a/x lies below a, which is a link"],
    [[{ ...file("dev"), mode: 0o020644 }], "dev is a device, a socket or a FIFO"],
    [[{ ...file("secret"), flags: 1, content: Buffer.alloc(12) }], "secret is encrypted"],
  ];
  for (const [index, [members, why]] of cases.entries()) {
    const archive = join(dir, `${index}.zip`);
    writeFileSync(archive, zipOf(members));
    await assert.rejects(digestSource(archive), (error: Error) => {
      assert.ok(error.message.startsWith(`Cannot make a release of ${archive}: ${why}`), error.message);
      return true;
    });
  }
});

test("what lies at a shared path, even a FIFO, does not matter", async (t) => {
  const source = writeTree(join(temporaryDir(t), "source"), smallSite);
  const { digest } = await digestSource(source);
  mkdirSync(join(source, "storage"));
  execFileSync("mkfifo", [join(source, "storage/pipe")]);
  assert.equal((await digestSource(source, { sharedDirs: ["storage"], sharedFiles: [] })).digest, digest);
});
