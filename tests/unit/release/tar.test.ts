import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { extract } from "tar-stream";
import { tarEnd, tarHeader, tarPadding } from "../../../provider/release/tar.ts";

async function readBack(stream: Buffer): Promise<unknown[]> {
  const archive = extract({ ...{ filenameEncoding: "latin1" }, highWaterMark: 1024 });
  archive.end(stream);
  const members: unknown[] = [];
  for await (const member of archive) {
    const { name, type, mode, mtime, size, linkname, uid, gid } = member.header;
    members.push([name, type, mode, mtime.getTime() / 1000, size, linkname, uid, gid]);
    member.resume();
  }
  return members;
}

test("a tar header says what it was given", async () => {
  const stream = Buffer.concat([
    tarHeader({ type: "dir", path: "a", mode: 0o755, mtime: 946_684_800 }),
    tarHeader({ type: "file", path: "a/b", mode: 0o644, mtime: 1_500_000_000, size: 3 }),
    Buffer.from("abc"),
    tarPadding(3),
    tarHeader({ type: "hardLink", path: "a/c", mode: 0o644, mtime: 1_500_000_000, target: "a/b" }),
    tarHeader({ type: "link", path: "l", mode: 0o777, mtime: 946_684_800, target: "../x" }),
    tarEnd,
  ]);
  assert.deepEqual(await readBack(stream), [
    ["./a/", "directory", 0o755, 946_684_800, 0, null, 0, 0],
    ["./a/b", "file", 0o644, 1_500_000_000, 3, null, 0, 0],
    ["./a/c", "link", 0o644, 1_500_000_000, 0, "./a/b", 0, 0],
    ["./l", "symlink", 0o777, 946_684_800, 0, "../x", 0, 0],
  ]);
});

test("a size of 8 GiB and more survives", async () => {
  for (const size of [8 ** 11 - 1, 8 ** 11, 2 ** 40])
    assert.deepEqual(sizeIn(tarHeader({ type: "file", path: "f", mode: 0o644, mtime: 0, size })), size);
});

/** As GNU tar reads it: octal, or base 256 behind a first byte of 0x80. */
function sizeIn(header: Buffer): number {
  const field = header.subarray(124, 136);
  if (field[0] !== 0x80) return Number.parseInt(field.toString("latin1"), 8);
  return Number(field.readBigUInt64BE(4));
}

test("a name of any bytes and any length survives", async () => {
  const part = fc
    .array(
      fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 0x2f),
      { minLength: 1, maxLength: 255 },
    )
    .map((bytes) => Buffer.from(bytes).toString("latin1"));
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  await fc.assert(
    fc.asyncProperty(path, path, async (name, target) => {
      const members = await readBack(
        Buffer.concat([tarHeader({ type: "link", path: name, mode: 0o777, mtime: 0, target }), tarEnd]),
      );
      assert.deepEqual(members, [[`./${name}`, "symlink", 0o777, 0, 0, target, 0, 0]]);
    }),
  );
});
