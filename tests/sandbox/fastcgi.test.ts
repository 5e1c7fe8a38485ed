import assert from "node:assert/strict";
import { chmodSync, linkSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { SiteReleaseError } from "../../provider/errors.ts";
import { diagnosePool } from "../../provider/opcache/pool.ts";
import { phpRefusal } from "../../provider/opcache/refusal.ts";
import { askPhp } from "../../provider/opcache/request.ts";
import { localTransport } from "../support/localTransport.ts";
import { busy, get } from "../support/php.ts";
import { type PhpFpm, startPhpFpm } from "../support/phpFpm.ts";
import { freePort, type Place, place, serving } from "../support/place.ts";

const host = localTransport();

async function failure(work: Promise<unknown>): Promise<{ reason: string; message: string }> {
  const error = await work.then(
    () => assert.fail("it should have failed"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SiteReleaseError, String(error));
  return { reason: error.reason, message: error.message };
}

describe("php-fpm, asked over FastCGI,", () => {
  let at: Place;
  let fpm: PhpFpm;
  let single: PhpFpm;

  before(async () => {
    at = place();
    fpm = await startPhpFpm(at);
    single = await startPhpFpm(at, { name: "single", children: 1 });
  });
  after(() => at.close());

  it("gives a script the environment that nginx would", async () => {
    const names =
      "REQUEST_METHOD REQUEST_URI QUERY_STRING SCRIPT_NAME SERVER_NAME HTTP_HOST HTTP_X_TRACE SERVER_PORT REMOTE_ADDR HTTPS";
    const script = at.write(
      "env.php",
      `<?php header('X-Two: a'); header('X-Two: b', false); http_response_code(201); foreach (explode(' ', '${names}') as $n) echo $n, '=', $_SERVER[$n] ?? '-', "\\n"; echo $_GET['b'];`,
    );
    const answer = await get(host, fpm, script);
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get("x-two"), "a, b");
    assert.equal(
      answer.body.toString(),
      "REQUEST_METHOD=GET\nREQUEST_URI=/env.php?a=1&b=2\nQUERY_STRING=a=1&b=2\nSCRIPT_NAME=/env.php\nSERVER_NAME=example.com\nHTTP_HOST=example.com\nHTTP_X_TRACE=7\nSERVER_PORT=80\nREMOTE_ADDR=127.0.0.1\nHTTPS=-\n2",
    );
    assert.equal(answer.stderr, "");
  });

  it("hands a long body on whole", async () => {
    const script = at.write(
      "body.php",
      "<?php echo strlen(file_get_contents('php://input')), ' ', $_SERVER['CONTENT_TYPE'];",
    );
    const request = {
      scriptFilename: script,
      scriptName: "/body.php",
      documentRoot: at.dir,
      method: "POST",
      path: "/",
    };
    const further = { host: "x", port: 80, headers: { "content-type": "text/x" }, body: Buffer.alloc(200_000, "a") };
    const answer = await askPhp(host, { socket: fpm.socket }, { ...request, ...further }, 5);
    assert.equal(answer.body.toString(), "200000 text/x");
  });

  it("tells a fatal error with PHP's own words", async () => {
    const answer = await get(host, fpm, at.write("fatal.php", "<?php missing_function();"));
    assert.equal(answer.status, 500);
    assert.match(answer.stderr, /PHP Fatal error: {2}Uncaught Error: Call to undefined function missing_function\(\)/);
  });

  it("answers 200 with nothing for a script that says nothing", async () => {
    const answer = await get(host, fpm, at.write("silent.php", "<?php exit;"));
    assert.deepEqual([answer.status, answer.body.toString(), answer.cut], [200, "", false]);
  });

  it("is given up when a script outlives the deadline", async () => {
    const start = performance.now();
    const { reason, message } = await failure(get(host, fpm, at.write("slow.php", busy(3)), 0.3));
    assert.equal(reason, "php-timeout");
    assert.equal(
      message,
      `Cannot ask php-fpm at ${fpm.socket} for GET /slow.php?a=1&b=2 on this host: no whole answer within 0.3 s: all children of the pool are busy, or the script takes longer. See the pool's pm.max_children and its slow log`,
    );
    assert.ok(performance.now() - start < 2000);
  });

  it("is given up when all its children are busy, and answers again afterwards", async () => {
    const quick = at.write("quick.php", "<?php echo 'quick';");
    const slow = get(host, single, at.write("slow.php", busy(1.5)));
    await sleep(200);
    assert.equal((await failure(get(host, single, quick, 0.5))).reason, "php-timeout");
    assert.equal((await slow).body.toString(), "done");
    assert.equal((await get(host, single, quick)).body.toString(), "quick");
  });

  it("may answer with 10 MB, of which one is kept", async () => {
    const script = at.write("long.php", "<?php for ($i = 0; $i < 10240; $i++) echo str_repeat('x', 1024);");
    const answer = await get(host, fpm, script);
    assert.equal(answer.cut, true);
    assert.ok(answer.body.length > 1_000_000 && answer.body.length <= 1024 * 1024);
  });

  it("names a script that is not there", async () => {
    const answer = await get(host, fpm, `${at.dir}/absent.php`);
    assert.equal(answer.status, 404);
    assert.equal(phpRefusal(answer, "/x/absent.php")?.why, 'php-fpm finds no /x/absent.php ("Primary script unknown")');
  });

  it("names a script that it may not read", { skip: serving.uid === undefined && "needs root" }, async () => {
    const script = at.write("unreadable.php", "<?php echo 1;");
    chmodSync(script, 0o000);
    const answer = await get(host, fpm, script);
    assert.equal(phpRefusal(answer, "/x.php")?.why, "php-fpm cannot read /x.php", JSON.stringify(answer));
  });

  it("names a script of an extension that it does not run", async () => {
    const answer = await get(host, fpm, at.write("a.phpx", "<?php echo 1;"));
    assert.equal(phpRefusal(answer, "/a.phpx")?.why, 'php-fpm refuses to run /a.phpx ("Access denied")');
  });

  it("whose child is killed is not taken for an answer", async () => {
    const script = at.write("killed.php", "<?php posix_kill(getmypid(), 9); sleep(5);");
    assert.equal((await failure(get(host, fpm, script))).reason, "php-closed");
  });

  it("is told apart from what speaks something else", async () => {
    const other = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const port = await freePort();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    const request = { scriptFilename: "/x.php", scriptName: "/x.php", documentRoot: "/", method: "GET", path: "/" };
    const further = { host: "x", port: 80, headers: {}, body: Buffer.alloc(0) };
    const asked = askPhp(host, { host: "127.0.0.1", port }, { ...request, ...further }, 5);
    const { reason, message } = await failure(asked);
    other.close();
    assert.equal(reason, "php-garbled");
    assert.match(message, /the answer is not FastCGI\. Name the address that php-fpm listens on$/);
  });

  it("that is not where it should be is diagnosed", async () => {
    const absent = { socket: `${at.dir}/other.sock`, log: "" };
    assert.equal((await failure(get(host, absent, "/x.php"))).reason, "pool-unreachable");
    const { why, next } = await diagnosePool(host, absent);
    assert.match(why, /other\.sock does not exist; (no php-fpm socket is in \/run\/php|\/run\/php has \/)/);
    assert.equal(next, "Set `pools` to what the pool's listen says, or start php-fpm");
  });

  it("whose socket the user may not write is diagnosed with the right to grant", {
    skip: serving.uid === undefined && "needs root",
  }, async () => {
    const nobody = localTransport("nobody");
    assert.equal((await failure(get(nobody, fpm, "/x.php"))).reason, "pool-unreachable");
    assert.deepEqual(await diagnosePool(nobody, fpm), {
      why: `nobody (groups nogroup) cannot write ${fpm.socket} (srw-rw---- www-data www-data)`,
      next: "Run as root: usermod --append --groups www-data nobody (it holds from the next login on); it lets nobody run any PHP as the pool's user. Without it there is no smoke, and opcache needs `opcache.url` (a localhost endpoint)",
    });
  });

  it("that listens and can be written leaves sshd to blame", async () => {
    assert.match((await diagnosePool(host, fpm)).why, /can write .*php\.sock, but no connection came through$/);
  });
});

describe("A socket that nobody listens at", () => {
  it("is diagnosed", async () => {
    const at = place();
    try {
      const fpm = await startPhpFpm(at);
      const kept = `${at.dir}/kept.sock`;
      linkSync(fpm.socket, kept);
      await at.stop();
      const { why, next } = await diagnosePool(host, { socket: kept });
      assert.equal(why, `no process listens at ${kept}`);
      assert.equal(next, "Start php-fpm: systemctl start 'php*-fpm.service'");
    } finally {
      await at.close();
    }
  });
});
