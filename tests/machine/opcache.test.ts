import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { reloadWarning } from "../../provider/switch/report.ts";
import { opcacheEndpoint } from "../../provider/texts.ts";
import { until } from "../support/command.ts";
import { type Machine, machinesUnavailable, startMachine } from "../support/machine.ts";
import { MachineSite } from "../support/machineSite.ts";
import { Updates } from "../support/updates.ts";

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

const slow =
  "if ($_SERVER['REQUEST_URI'] === '/slow') { touch('/var/www/slow/begun'); while (!is_file('/var/www/slow/go')) usleep(10000); }";

/** Three releases of two scripts each. */
async function stageThree(on: MachineSite): Promise<void> {
  for (const version of ["1", "2", "3"]) {
    const build = on.build(version, `<?php ${slow} require __DIR__ . "/../lib.php";`);
    writeFileSync(join(build, "lib.php"), `<?php echo "version ${version}";`);
    await on.stageBuild(version, build);
  }
}

const of = (...versions: string[]) =>
  versions.flatMap((version) => [`${version}/lib.php`, `${version}/public/index.php`]);

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
    assert.deepEqual(warnings, []);
    const after = await held(machine);
    assert.deepEqual(after.scripts, of("2", "3"));
    assert.ok(after.wasted > before.wasted, "what was freed counts as wasted until the next restart");
    assert.equal(after.restarts, before.restarts);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 3" });
  });

  test("has the next release before anybody asks for it, by the default, and is neither reset nor left with old ones", async () => {
    const opcache = { policy: "auto" } as const;
    const before = await held(machine);
    // 1 was taken out by the switch before; 2 is still there.
    const { report, warnings } = await on.switchTo("1", {
      opcache: { ...opcache, warm: ["*.php"], warmUrls: ["/a?b=1"] },
    });
    assert.deepEqual(warnings, []);
    // The smoke has run both scripts already, or the look into the cache came first.
    assert.match(report.warm, /^[0-2] scripts compiled(, [12] there already)?$/);
    assert.deepEqual([report.invalidated, report.opcacheRestarts], [2, 0]);
    assert.match(report.opcache, /^auto: 2 scripts, cleared$/);
    assert.ok((report.opcacheUsedBefore ?? 0) > 0 && (report.opcacheKeys ?? 0) > 0);
    const after = await held(machine);
    assert.deepEqual(after.scripts, of("1", "3"));
    assert.equal(after.restarts, before.restarts);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
  });

  test("leaves to the next switch what old workers may still run", async () => {
    await machine.must("install -d -o www-data /var/www/slow");
    const flight = machine.http("/slow");
    await until("the slow request", 5, async () => (await machine.root("test -e /var/www/slow/begun")).code === 0);
    const opcache = { policy: "auto" } as const;
    const { report } = await on.switchTo("2", { opcache, drainTimeout: 0.5 });
    assert.deepEqual(
      [report.drain, report.opcache, report.invalidated],
      ["draining", "left for the next switch: the drain was not seen", 0],
    );
    assert.deepEqual((await held(machine)).scripts, of("1", "2", "3"));
    await machine.must("touch /var/www/slow/go");
    assert.equal((await flight).body, "version 1");
    assert.equal((await on.switchTo("1", { opcache })).report.invalidated, 2);
    assert.deepEqual((await held(machine)).scripts, of("1", "2"));
    await on.switchTo("3", { opcache: { policy: "none" } });
  });

  test("was restarted by the policy reset", async () => {
    const before = await held(machine);
    const { report, warnings } = await on.switchTo("1", { opcache: { policy: "reset", via: "fastcgi" } });
    assert.match(report.opcache, /^reset: [1-9]\d* scripts, cleared$/);
    assert.deepEqual(warnings, []);
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
    assert.deepEqual(warnings, []);
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
    assert.deepEqual(warnings, [
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
    assert.deepEqual(warnings, [
      `opcache: ${machine.opcacheUrl}: the endpoint knows nothing but a reset, and has emptied the whole cache; put the text of opcacheEndpoint() there, or say policy: "reset"`,
    ]);
    assert.equal((await held(machine)).restarts, before.restarts + 1);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });

  test("that preloads a release refuses the switch before nginx hears of it, with advice", async () => {
    const php = /php([\d.]+)-fpm/.exec(machine.pool)?.[1];
    const ini = `/etc/php/${php}/fpm/conf.d/95-preload.ini`;
    const file = `${machine.deployPath}/releases/2/lib.php`;
    await machine.must(`printf 'opcache.preload=%s\nopcache.preload_user=www-data\n' ${file} >${ini}`);
    await machine.must(`systemctl restart php${php}-fpm.service`);
    for (const policy of ["auto", "reset"] as const)
      await assert.rejects(on.switchTo("3", { opcache: { policy } }), {
        reason: "warm-failed",
        message: `Cannot switch example.com to 3 on ${machine.address}: php-fpm at ${machine.pool} has preloaded 1 scripts of a release (opcache.preload), as ${file}: it would go on running them, expected no preloading of what is released; 2 stays live. Take opcache.preload out of php.ini, or let it load only what lies outside of releases/, and restart php-fpm`,
      });
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
    await machine.must(`rm ${ini} && systemctl restart php${php}-fpm.service`);
    assert.equal((await on.switchTo("3", { opcache: { policy: "auto" } })).report.status, "switched");
  });
});

describe("opcache of a pool that deploy may not write", { skip }, () => {
  let machine: Machine;
  let on: MachineSite;
  const stack = new Updates();
  before(async () => {
    machine = await startMachine("web1", { suite: "trixie", poolGroup: false });
    on = new MachineSite(machine);
    await machine.writeFile(`${machine.opcacheRoot}/status.php`, STATUS);
    await stageThree(on);
  });
  after(async () => {
    stack.close();
    on?.close();
    await machine?.close();
  });

  /** The warnings of an update to a version that is on the host, and what it reports of smoke and opcache. */
  const up = async (version: string, pools?: readonly string[], login = "first") => {
    const { deployPath, hostKey } = machine;
    // Who logs in with another comment of the key gets a connection of its own.
    const connection = { ...machine.connection, hostKey: `${hostKey} ${login}` };
    const { errors, warnings, report } = await stack.up({ connection, deployPath, version, ...(pools && { pools }) });
    assert.deepEqual(errors, []);
    const { status, smoke, opcache } = report.switch ?? {};
    return { warnings: warnings.toSorted(), status, smoke, opcache };
  };
  const grant = "usermod --append --groups www-data deploy";

  test("is left alone, the switch goes through, and one warning names the input and the right", async () => {
    const why = "deploy can write no php-fpm socket in /run/php";
    const next = `If the site's lies elsewhere, name it in \`pools\`; else let deploy write it. Run as root: ${grant} (it holds from the next login on)`;
    const untried = `The release was not tried before the switch: ${why}. ${next}`;
    assert.deepEqual(await up("1"), {
      warnings: [untried, reloadWarning(await machine.must("nginx -v 2>&1"))].sort(),
      status: "switched",
      smoke: `not tried: ${why}`,
      opcache: "left alone",
    });
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 1" });
  });

  test("is told of once where the pool is named, too", async () => {
    const why = `deploy (groups deploy) cannot write ${machine.pool} (srw-rw---- www-data www-data)`;
    const { warnings, status, smoke, opcache } = await up("2", [machine.pool]);
    assert.deepEqual([status, smoke, opcache], ["switched", `not tried: ${why}`, "auto: 0 scripts, failed"]);
    assert.deepEqual(warnings, [
      `The release was not tried before the switch: ${why}. Run as root: ${grant} (it holds from the next login on); it lets deploy run any PHP as the pool's user. Without it there is no smoke, and opcache needs \`opcache.url\` (a localhost endpoint)`,
    ]);
    assert.deepEqual(await machine.http("/"), { status: 200, body: "version 2" });
  });

  test("is cleared once what the warning says is done", async () => {
    assert.deepEqual((await held(machine)).scripts, of("1", "2"));
    await machine.must(grant);
    assert.deepEqual(await up("3", undefined, "next"), {
      warnings: [],
      status: "switched",
      smoke: "answered 200",
      opcache: "auto: 2 scripts, cleared",
    });
    assert.deepEqual((await held(machine)).scripts, of("2", "3"));
  });
});
