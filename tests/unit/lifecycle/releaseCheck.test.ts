import { deepEqual, equal, match } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkRelease } from "../../../provider/lifecycle/releaseCheck.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const URN = "urn:pulumi:dev::shop::pulumi-site-release:index:SiteRelease$t:Release::example.com";
const NEWS = { connection: { host: "web1" }, deployPath: "/srv/site", version: "42", __urn: URN };

async function reasons(news: object): Promise<string[]> {
  const { failures } = await checkRelease({}, { ...NEWS, ...news });
  return failures.map(({ reason }) => reason);
}

test("checkRelease completes the inputs with every default", async () => {
  const { inputs, failures } = await checkRelease({}, { ...NEWS, __provider: "text" });
  deepEqual(failures, []);
  deepEqual(inputs, {
    connection: { host: "web1", port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 },
    local: false,
    deployPath: "/srv/site",
    version: "42",
    publicDir: "public",
    includePath: "/srv/site/root_dir.nginx.conf",
    onUnreachable: "fail",
    exclude: [],
    sharedDirs: [],
    sharedFiles: [],
    writableDirs: [],
    writableMode: "acl",
    dirMode: "0755",
    fileMode: "0644",
    dedupe: "hardlink",
    deleteReleases: false,
    keepReleases: 5,
    prepare: [],
    prepareTimeout: 600,
    releaseDir: "/srv/site/releases/42",
    releaseState: "complete",
    __urn: URN,
    __owner: { id: "90262e78280a27c3", stack: "shop/dev", resource: "example.com" },
  });
});

test("checkRelease takes its own answer as it is", async () => {
  const { inputs } = await checkRelease({}, NEWS);
  const { releaseDir: _d, releaseState: _s, ...again } = inputs;
  deepEqual((await checkRelease({}, again)).inputs, inputs);
});

test("checkRelease refuses versions that are no directory's name", async () => {
  const wrong = 'version must be made of letters, digits, ".", "_" or "-", 64 at most, the first a letter or digit';
  for (const version of ["", ".", "..", "a/b", "-1", "a b", "ä", "a".repeat(65), 42])
    deepEqual(await reasons({ version }), [wrong], String(version));
  for (const version of ["1", "2026-11-23_1.2.3", "a".repeat(64)]) deepEqual(await reasons({ version }), [], version);
});

test("checkRelease refuses paths that are relative, not normal, or read otherwise by nginx", async () => {
  const wrong =
    'an absolute path without "." or ".." or a slash at its end, made of letters, digits and "._@+~-", which nginx takes as they are';
  for (const path of [
    "srv",
    "/",
    "/srv/",
    "//srv",
    "/srv/../etc",
    "/srv/.",
    "/a b",
    "/a;b",
    "/$a",
    "/a{",
    "/a'",
    '/a"',
    "/a#",
    "/a\\b",
    "/a\n",
  ]) {
    deepEqual(await reasons({ deployPath: path }), [`deployPath must be ${wrong}`], path);
    deepEqual(await reasons({ includePath: path }), [`includePath must be ${wrong}`], path);
  }
});

test("checkRelease names what is missing", async () => {
  deepEqual(await reasons({ version: undefined, deployPath: null, connection: { user: "deploy" } }), [
    "connection.host is missing",
    "deployPath is missing",
    "version is missing",
  ]);
  deepEqual(await reasons({ connection: undefined }), [
    "connection is missing: it says how the host is reached (or local: true)",
  ]);
  deepEqual(await reasons({ local: true }), ["connection and local: true are two places: one of them is needed"]);
});

test("checkRelease names unknown fields with the nearest known name, also the Switch's", async () => {
  deepEqual(
    await reasons({
      prob: {},
      deployPaht: "/srv",
      connection: { host: "h", proxy: { hots: "j", host: "j" } },
      zzzzzzzz: 1,
    }),
    [
      '"hots" is not a field of connection.proxy; did you mean host?',
      '"prob" is not an input; did you mean probe?',
      '"deployPaht" is not an input; did you mean deployPath?',
      '"zzzzzzzz" is not an input',
    ],
  );
});

test("checkRelease refuses shared paths that leave the release or lie in one another", async () => {
  const wrong = 'must be a path inside the release without "." or ".." or a slash at its end';
  deepEqual(await reasons({ sharedDirs: ["../x", "/abs", "a//b", "ok"], sharedFiles: "nope" }), [
    `sharedDirs[0] ${wrong}`,
    `sharedDirs[1] ${wrong}`,
    `sharedDirs[2] ${wrong}`,
    "sharedFiles must be a list",
  ]);
  deepEqual(await reasons({ sharedDirs: ["storage", "storage-2"], sharedFiles: ["storage/.env", ".env"] }), [
    "the shared path storage/.env lies in the shared path storage: name one of them",
  ]);
  deepEqual(await reasons({ sharedDirs: ["a", "a"] }), [
    "the shared path a lies in the shared path a: name one of them",
  ]);
});

test("checkRelease tells the value of no property but plain texts at the top", async () => {
  const { failures } = await checkRelease({}, { ...NEWS, connection: "s3cret", version: "a b", sharedDirs: { a: 1 } });
  deepEqual(
    failures.map(({ property }) => property),
    ["", "version", ""],
  );
});

test("checkRelease says that a source is not here, and fails nothing", async () => {
  const { inputs, failures } = await checkRelease({}, { ...NEWS, source: "./no/such/build" });
  deepEqual([failures, inputs.sourceDigest, inputs.source], [[], "not here", "./no/such/build"]);
});

test("checkRelease gives the digest of a source that is here, and an unknown one while shared paths are unknown", async (t) => {
  const source = mkdtempSync(join(tmpdir(), "site-release-"));
  t.after(() => rmSync(source, { recursive: true }));
  writeFileSync(join(source, "index.php"), "<?php\n");
  const before = (await checkRelease({}, { ...NEWS, source })).inputs;
  match(String(before.sourceDigest), /^[0-9a-f]{64}$/);
  equal((await checkRelease({}, { ...NEWS, source, sharedDirs: [UNKNOWN] })).inputs.sourceDigest, UNKNOWN);

  writeFileSync(join(source, "index.php"), "<?php // other\n");
  const reason =
    "source has other content than 42 was released with: use a new version, or omit source to keep what the host has";
  deepEqual((await checkRelease(before, { ...NEWS, source })).failures, [{ property: "source", reason }]);
  deepEqual((await checkRelease(before, { ...NEWS, source, version: "43" })).failures, []);
});

test("checkRelease refuses a source that is neither a directory nor an archive", async () => {
  const { failures } = await checkRelease({}, { ...NEWS, source: "/dev/null" });
  deepEqual(
    failures.map(({ property }) => property),
    ["source"],
  );
});

test("checkRelease refuses patterns that change what the same version holds, and takes those that do not", async (t) => {
  const source = mkdtempSync(join(tmpdir(), "site-release-"));
  t.after(() => rmSync(source, { recursive: true }));
  writeFileSync(join(source, "index.php"), "<?php\n");
  writeFileSync(join(source, "notes.md"), "");
  const olds = (await checkRelease({}, { ...NEWS, source })).inputs;
  const failuresOf = async (exclude: string[]) => (await checkRelease(olds, { ...NEWS, source, exclude })).failures;
  deepEqual(await failuresOf(["*.log"]), []);
  deepEqual(await failuresOf(["*.md"]), [
    {
      property: "source",
      reason:
        "source has other content than 42 was released with: use a new version, or omit source to keep what the host has",
    },
  ]);
  equal((await checkRelease({}, { ...NEWS, source, exclude: [UNKNOWN] })).inputs.sourceDigest, UNKNOWN);
});

test("checkRelease refuses patterns that would match nothing", async () => {
  const exclude = ["*.log", "", " ", "ends in\\", "ends in\\\\", "a\nb"];
  deepEqual(
    await reasons({ exclude }),
    [1, 2, 3, 5].map((index) => `exclude[${index}] must be a pattern as a line of .gitignore has it`),
  );
});
