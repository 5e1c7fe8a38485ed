import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { digestSource } from "../../provider/release/digest.ts";
import { apply, refusedBy } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { type PlainArgs, Stack } from "../support/stack.ts";
import { Updates } from "../support/updates.ts";

describe("where a release comes from", { skip: machinesUnavailable() ?? false }, () => {
  let machine: Machine;
  let stack: Stack;
  let builds: Builds;
  before(async () => {
    builds = new Builds();
    stack = new Stack();
    machine = await startMachine("web1", { suite: "trixie" });
  });
  after(async () => {
    stack?.close();
    await machine?.close();
    builds?.close();
  });

  const args = (version: string, more: PlainArgs = {}): PlainArgs => ({
    connection: machine.connection,
    deployPath: machine.deployPath,
    version,
    source: builds.path(version),
    drainTimeout: 1,
    ...more,
  });
  const put = (path: string, text: string) => machine.writeFile(`${machine.deployPath}/${path}`, text);

  test("a version is what it was released with: other content of it is refused in the preview", async () => {
    builds.make("1");
    stack.declare(args("1"));
    assert.equal((await stack.up()).code, 0);
    builds.make("1", { "public/index.php": "<?php echo 'other';" });
    const { code, stdout, stderr } = await stack.pulumi("preview");
    assert.notEqual(code, 0);
    assert.match(
      stdout + stderr,
      /source has other content than 1 was released with: use a new version, or omit source to keep what the host has/,
    );
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
    // As the refusal says.
    const { source: _source, ...kept } = args("1");
    stack.declare(kept);
    assert.match(await stack.preview("--expect-no-changes"), /^ {4}4 unchanged$/m);
  });

  test("a source that is gone is no change of the same version", async () => {
    builds.remove("1");
    stack.declare(args("1"));
    assert.match(await stack.preview("--expect-no-changes"), /^ {4}4 unchanged$/m);
  });

  test("a changed version without its build previews as not here, and fails only if the host lacks it too", async () => {
    stack.declare(args("2"));
    assert.match(await stack.preview(), /sourceDigest\s*: "[0-9a-f]{64}" => "not here"/);
    assert.equal(
      await refusedBy(args("2")),
      `Cannot put release 2 into /var/www/example.com on ${machine.address}: neither /var/www/example.com/releases/2 is on the host nor ${builds.path("2")} on this machine. Build 2, or let CI or Deployer put it there`,
    );
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
    await put("releases/2/public/index.php", '<?php echo "version 2";');
    const { release } = await apply(args("2"));
    assert.equal((release.report as PlainArgs).status, "adopted");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });

  test("a complete release of the host is used as it is, and other content is said", async () => {
    const path = builds.make("1", { "public/index.php": "<?php echo 'other';" });
    const updates = new Updates();
    const { errors, warnings, report } = await updates.up(args("1"));
    updates.close();
    assert.deepEqual(errors, []);
    const differs =
      "the host's 1 differs from the source; the host's is used. For the source's content use a new version";
    assert.ok(warnings.includes(differs), warnings.join("\n"));
    assert.deepEqual([report.release?.status, report.release?.sentBytes], ["reused", 0]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
    assert.notEqual((await digestSource(path)).digest, (await apply(args("1"))).release.releaseDigest);
  });

  test("a directory whose copy still grows is not adopted, and one that stands still is", async () => {
    await put("releases/3/public/index.php", '<?php echo "version 3";');
    const copying = machine.deploy(
      `cd ${machine.deployPath}/releases/3 && for i in $(seq 60); do echo $i >>public/part; sleep 0.1; done`,
    );
    const refused = await refusedBy(args("3"));
    assert.equal(
      refused,
      `Cannot put release 3 into /var/www/example.com on ${machine.address}: /var/www/example.com/releases/3 is not complete: it changed while it was watched for 2 s. Wait until it is filled and run again; best fill a directory beside it and rename it into place`,
    );
    assert.equal((await machine.root(`ls ${machine.deployPath}/.site-release/manifests/3`)).code, 2);
    assert.equal(await machine.must(`ls ${machine.deployPath}/.site-release/staging`), "");
    await copying;
    const { release } = await apply(args("3"));
    assert.equal((release.report as { status: string }).status, "adopted");
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 3" });
  });

  test("a directory without a front controller is unfinished", async () => {
    await put("releases/4/README", "copying");
    const said = (what: string) =>
      `Cannot put release 4 into /var/www/example.com on ${machine.address}: /var/www/example.com/releases/4 is not complete: ${what}. Wait until it is filled and run again; best fill a directory beside it and rename it into place`;
    assert.equal(await refusedBy(args("4")), said("it has no directory public"));
    await put("releases/4/public/app.css", "");
    assert.equal(await refusedBy(args("4")), said("there is neither index.php nor index.html in public"));
  });

  test("shared directories are made, and shared files must be there", async () => {
    const shared = { sharedDirs: ["storage/logs"], sharedFiles: [".env"] };
    builds.make("5", {
      "public/index.php":
        "<?php file_put_contents('../storage/logs/seen', 'x', FILE_APPEND); echo file_get_contents('../.env');",
      ".env": "the build's own, which is left out",
    });
    assert.equal(
      await refusedBy(args("5", { ...shared, exclude: [".env"] })),
      `Cannot put release 5 into /var/www/example.com on ${machine.address}: these shared files do not exist: /var/www/example.com/shared/.env. Create them on the host, once: they are no part of a release`,
    );
    await put("shared/.env", "SHARED=1");
    // What PHP writes belongs to its user.
    await machine.must(
      `install -d -o www-data -g www-data ${machine.deployPath}/shared/storage ${machine.deployPath}/shared/storage/logs`,
    );
    const { release } = await apply(args("5", shared));
    assert.deepEqual(await machine.http("/"), { status: 200, body: "SHARED=1" });
    const links = await machine.must(
      `cd ${machine.deployPath}/releases/5 && readlink .env storage/logs && test -s storage/logs/seen && stat -c '%U %a' .env`,
    );
    assert.equal(links, "../../shared/.env\n../../../shared/storage/logs\ndeploy 777\n");
    assert.equal(release.releaseDigest, (await digestSource(builds.path("5"), shared)).digest);
  });

  test("what is shared begins with the build's own copy, and PHP writes where it may", async () => {
    const writes = (path: string) => `(int) @file_put_contents('../${path}/by php', 'x')`;
    builds.make("6", {
      "public/index.php": `<?php echo ${writes("var/cache")}, ${writes("uploads")}, ${writes("var")}, file_get_contents('../local.php');`,
      "local.php": "first",
    });
    const more = { sharedDirs: ["uploads"], sharedFiles: ["local.php"], writableDirs: ["var/cache", "uploads"] };
    assert.equal(
      await refusedBy(args("6", more)),
      `Cannot put release 6 into /var/www/example.com on ${machine.address}: the host has no setfacl, which grants the writable directories to www-data. As root: apt-get install acl; or set writableMode to an octal mode, as in "0775"`,
    );
    await apply(args("6", { ...more, writableMode: "0777" }));
    assert.deepEqual(await machine.http("/"), { status: 200, body: "110first" });
  });
});
