import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { opcacheEndpoint } from "../../provider/texts.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";

const skip = machinesUnavailable() ?? false;

/** What opcache holds, in words of its own: a question beside the package's. */
interface Held {
  /** The scripts of releases that a request would find, as in "1/public/index.php". */
  readonly scripts: readonly string[];
  readonly wasted: number;
  readonly restarts: number;
}

// opcache lists invalidated scripts until its next restart; opcache_is_script_cached() tells them from the others.
const STATUS = `<?php
$status = opcache_get_status(true);
$held = array_filter(array_keys($status["scripts"] ?? []), "opcache_is_script_cached");
$scripts = preg_replace("#^.*/releases/#", "", array_values(preg_grep("#/releases/#", $held)));
sort($scripts);
echo json_encode(["scripts" => $scripts, "wasted" => $status["memory_usage"]["wasted_memory"],
  "restarts" => $status["opcache_statistics"]["manual_restarts"]]);
`;

async function held(machine: Machine): Promise<Held> {
  return JSON.parse(await machine.must("php -r 'echo file_get_contents(\"http://127.0.0.1:8081/status.php\");'"));
}

/** Three releases of two scripts each. */
async function stageThree(on: MachineSite): Promise<void> {
  for (const version of ["1", "2", "3"]) {
    const build = on.build(version, '<?php require __DIR__ . "/../lib.php";');
    writeFileSync(join(build, "lib.php"), `<?php echo "version ${version}";`);
    await on.stageBuild(version, build);
  }
}

const of = (...versions: string[]) =>
  versions.flatMap((version) => [`${version}/lib.php`, `${version}/public/index.php`]);
// nginx 1.26 of trixie: told with every reload, and about nothing here.
const aboutElse = (warning: string) => !warning.startsWith("nginx ");

// One cache goes through all of it, in this order.
describe("opcache after a switch", { skip }, () => {
  let machine: Machine;
  let on: MachineSite;
  before(async () => {
    machine = await startMachine("web1", { suite: "trixie" });
    on = new MachineSite(machine);
    await machine.writeFile(`${machine.opcacheRoot}/status.php`, STATUS);
    await stageThree(on);
  });
  after(async () => {
    on?.close();
    await machine?.close();
  });

  test("has lost the scripts of the release before the previous one, by FastCGI", async () => {
    const opcache = { policy: "invalidate", via: "fastcgi" } as const;
    await on.switchTo("1", { opcache });
    assert.equal((await on.switchTo("2", { opcache })).report.opcache, "invalidate: 0 scripts, cleared");
    const before = await held(machine);
    assert.deepEqual(before.scripts, of("1", "2"));
    const { report, warnings } = await on.switchTo("3", { opcache });
    assert.equal(report.opcache, "invalidate: 2 scripts, cleared");
    assert.deepEqual(warnings.filter(aboutElse), []);
    const after = await held(machine);
    assert.deepEqual(after.scripts, of("2", "3"));
    assert.ok(after.wasted > before.wasted, "what was freed counts as wasted until the next restart");
    assert.equal(after.restarts, before.restarts);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 3" });
  });

  test("was restarted by the policy reset", async () => {
    const before = await held(machine);
    const { report, warnings } = await on.switchTo("1", { opcache: { policy: "reset", via: "fastcgi" } });
    assert.match(report.opcache, /^reset: [1-9]\d* scripts, cleared$/);
    assert.deepEqual(warnings.filter(aboutElse), []);
    const after = await held(machine);
    assert.deepEqual(after, { scripts: [], wasted: 0, restarts: before.restarts + 1 });
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
  });

  test("is cleared through the localhost endpoint that root has put there", async () => {
    const scriptPath = "/usr/local/share/site-release/opcache.php";
    const { php, serverBlock, url } = opcacheEndpoint({ pool: machine.pool, scriptPath });
    await machine.writeFile(scriptPath, php);
    await machine.writeFile("/etc/nginx/sites-enabled/site-release-opcache", serverBlock);
    await on.reload();
    assert.equal(await machine.must(`stat -c %U ${scriptPath}`), "root\n");
    const opcache = { policy: "invalidate", via: "http", url } as const;
    await on.switchTo("2", { opcache });
    const before = await held(machine);
    assert.deepEqual(before.scripts, of("1", "2"));
    const { report, warnings } = await on.switchTo("3", { opcache });
    assert.equal(report.opcache, "invalidate: 2 scripts, cleared");
    assert.deepEqual(warnings.filter(aboutElse), []);
    const after = await held(machine);
    assert.deepEqual(after.scripts, of("2", "3"));
    assert.ok(after.wasted > before.wasted);
    // And by reset, which this endpoint proves too.
    assert.match((await on.switchTo("2", { opcache: { ...opcache, policy: "reset" } })).report.opcache, /, cleared$/);
    assert.equal((await held(machine)).restarts, before.restarts + 1);
  });

  test("is reset by an endpoint that can only reset, and that nobody can prove it is told", async () => {
    const before = await held(machine);
    await machine.writeFile(
      `${machine.opcacheRoot}/opcache.php`,
      '<?php opcache_reset(); echo "SUCCESS: opcache_reset";',
    );
    const opcache = { policy: "reset", via: "http", url: machine.opcacheUrl } as const;
    const { report, warnings } = await on.switchTo("1", { opcache });
    assert.equal(report.opcache, "reset: 0 scripts, unverified");
    assert.deepEqual(warnings.filter(aboutElse), [
      `opcache: ${machine.opcacheUrl}: not verified: the endpoint gives no status; the text of opcacheEndpoint() does`,
    ]);
    assert.equal((await held(machine)).restarts, before.restarts + 1);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
  });

  test("was emptied as a whole where such an endpoint is to invalidate, and what to do is told", async () => {
    const before = await held(machine);
    const { report, warnings } = await on.switchTo("2", {
      opcache: { policy: "invalidate", via: "http", url: machine.opcacheUrl },
    });
    assert.equal(report.opcache, "invalidate: 0 scripts, failed");
    assert.deepEqual(warnings.filter(aboutElse), [
      `opcache: ${machine.opcacheUrl}: the endpoint knows nothing but a reset, and has emptied the whole cache; put the text of opcacheEndpoint() there, or say policy: "reset"`,
    ]);
    assert.equal((await held(machine)).restarts, before.restarts + 1);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });
});

describe("opcache of a pool that deploy may not write", { skip }, () => {
  let machine: Machine;
  let on: MachineSite;
  before(async () => {
    machine = await startMachine("web1", { suite: "trixie", poolGroup: false });
    on = new MachineSite(machine);
    await machine.writeFile(`${machine.opcacheRoot}/status.php`, STATUS);
    await stageThree(on);
  });
  after(async () => {
    on?.close();
    await machine?.close();
  });
  const opcache = { policy: "invalidate", via: "fastcgi" } as const;
  let told = "";

  test("is left alone, the switch goes through, and one warning names the input and the right", async () => {
    await on.switchTo("1", { opcache });
    const { report, warnings } = await on.switchTo("2", { opcache });
    assert.equal(report.status, "switched");
    assert.equal(report.opcache, "left alone");
    const why = "deploy can write no php-fpm socket in /run/php";
    const next =
      "Let deploy write the site's, as root: usermod --append --groups www-data deploy; one that lies elsewhere is named in `pools`";
    const warning = `The release was not tried before the switch: ${why}. ${next}`;
    assert.deepEqual(warnings.filter(aboutElse), [warning]);
    told = warning;
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });

  test("is cleared once what the warning says is done", async () => {
    await machine.must(told.slice(told.indexOf("usermod")));
    // Requests of 2 have cached it; 1 was live until then.
    assert.deepEqual((await held(machine)).scripts, of("1", "2"));
    const { report, warnings } = await on.switchTo("3", { opcache, pools: [machine.pool] });
    assert.equal(report.smoke, "answered 200");
    assert.equal(report.opcache, "invalidate: 2 scripts, cleared");
    assert.deepEqual(warnings.filter(aboutElse), []);
    assert.deepEqual((await held(machine)).scripts, of("2", "3"));
  });
});
