import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Agent, startAgent } from "../support/agent.ts";
import { must } from "../support/command.ts";
import { commandPlugin } from "../support/commandPlugin/plugin.ts";
import { frameworksUnavailable } from "../support/exampleApps.ts";
import { Follower } from "../support/follower.ts";
import { startLoad } from "../support/load.ts";
import { type Machine, machinesUnavailable, startBareMachine } from "../support/machine.ts";
import { sectionOf } from "../support/readme.ts";

const skip = machinesUnavailable() ?? frameworksUnavailable() ?? false;
const CONNECTIONS = 4;
const SHOP_KEY = Buffer.alloc(32, "k").toString("base64");
const SHOP_DATABASE = "/var/www/shop.example.com/shared/storage/app/database.sqlite";

// One bare server comes to have three sites, one after the other.
describe(`a bare trixie server, by the words of the examples' READMEs and ${commandPlugin().name}`, { skip }, () => {
  let machine: Machine;
  let agent: Agent;
  let at: Follower;
  before(async () => {
    machine = await startBareMachine("web1", "trixie");
    agent = await startAgent(machine.connection.privateKeyPath);
  });
  after(async () => {
    agent?.close();
    await machine?.close();
  });

  describe("Laravel", () => {
    before(() => {
      at = new Follower("laravel", "shop.example.com", machine, agent);
    });
    after(() => at?.close());

    /** Switches under load, and tells how many reused connections were closed without an answer; nothing else may go wrong. */
    const upUnderLoad = async (from: string, to: string): Promise<number> => {
      const url = `http://${machine.address}/`;
      const load = startLoad({ url, host: at.serverName, rate: 20, connections: CONNECTIONS, maxSeconds: 300 });
      load.mark("before", from);
      load.mark("switching");
      await at.up(to);
      load.mark("switched", to);
      await sleep(1000);
      const { verdicts, requests, failures } = await load.stop();
      const { ok, lostReused, ...bad } = verdicts;
      assert.deepEqual(bad, { failed: 0, mixed: 0, stale: 0, lost: 0 }, JSON.stringify(failures));
      assert.equal(ok + lostReused, requests);
      assert.ok(ok > 40, `${ok} requests`);
      return lostReused;
    };

    test("is served after the README's commands, with its database and its worker", async () => {
      at.build("1");
      at.write("prod.env", at.code("dotenv").replace(/^APP_KEY=.*$/m, `APP_KEY=base64:${SHOP_KEY}`));
      await at.begin();
      assert.ok(!(await at.state()).includes(SHOP_KEY));
      await at.assertServes("1");
      assert.deepEqual(await at.get("/up"), { status: 200, body: "up, 0 orders" });
      await at.addUnit("shop-queue");
      await at.assertWorks("1");
    });

    test("serves what was uploaded, and never runs it", async () => {
      await machine.must(
        "cd /var/www/shop.example.com/shared/storage/app/public && echo '<?php echo 1;' | tee a.txt >a.php",
      );
      await machine.must("cd /var/www/shop.example.com/shared/storage/app/public && mkdir b && cp a.php b/c.PHP");
      assert.deepEqual(await at.get("/storage/a.txt"), { status: 200, body: "<?php echo 1;\n" });
      for (const path of ["/storage/a.php", "//storage/./a.php", "/storage/b/c.PHP"])
        assert.equal((await at.get(path)).status, 403, path);
    });

    test("switches under load without a lost request, migrates before it, and restarts the worker after it", async () => {
      const build = at.build("2");
      writeFileSync(join(build, "database/migrations/2026_02_01_000000_add_note.php"), addColumn);
      assert.equal(await upUnderLoad("1", "2"), 0);
      await at.assertWorks("2");
      const columns = await machine.must(
        `php -r 'echo json_encode((new PDO("sqlite:${SHOP_DATABASE}"))->query("PRAGMA table_info(orders)")->fetchAll(PDO::FETCH_COLUMN, 1));'`,
      );
      assert.deepEqual(JSON.parse(columns), ["id", "article", "note"]);
    });

    test("switches under load by the include too, where only reused connections are closed unanswered", async (t) => {
      at.build("3");
      at.write("index.ts", at.read("index.ts").replace(/^ *strategy: "symlink".*\n/m, ""));
      const lost = await upUnderLoad("2", "3");
      assert.equal(await machine.must("cat /var/www/shop.example.com/root_dir.nginx.conf"), includeOf("3"));
      t.diagnostic(`${lost} reused connections were closed unanswered`);
      // One per kept connection and reload at most: the server block's and the switch's.
      assert.ok(lost <= 2 * CONNECTIONS, `${lost} on reused connections`);
      await at.assertWorks("3");
    });

    test("runs what cron runs", async () => {
      const line = at.code("cron");
      const [, user, command] = /^\* \* \* \* \* (\S+) (.*)$/m.exec(line) ?? [];
      assert.match(await machine.must(`runuser -u ${user} -- sh -c '${command}'`), /No scheduled commands/);
    });
  });

  describe("Symfony", () => {
    before(() => {
      at = new Follower("symfony", "app.example.com", machine, agent);
    });
    after(() => at?.close());

    test("is served beside it, with its database and its worker", async () => {
      at.build("1");
      at.write(
        "prod.env",
        "APP_SECRET=0123456789abcdef\nDATABASE_FILE=/var/www/app.example.com/shared/var/share/app.sqlite\n",
      );
      await at.begin();
      await at.assertServes("1");
      assert.deepEqual(await at.get("/up"), { status: 200, body: "up, 1 articles" });
      await at.addUnit("app-worker");
      await at.assertWorks("1");
    });

    test("switches, and the worker of the version before hears of it", async () => {
      writeFileSync(join(at.build("2"), "migrations/2-more.sql"), "INSERT INTO articles (title) VALUES ('Another');\n");
      await at.up("2");
      await at.assertServes("2");
      assert.deepEqual(await at.get("/up"), { status: 200, body: "up, 2 articles" });
      await at.assertWorks("2");
    });
  });

  describe("WordPress", () => {
    before(() => {
      at = new Follower("wordpress", "blog.example.com", machine, agent);
    });
    after(() => at?.close());

    const php = (code: string) =>
      machine.must(
        `cd /var/www/blog.example.com/current && runuser -u www-data -- php -d display_errors=0 -r '${code}'`,
      );
    const upload = (name: string, content: string) =>
      php(`require "wp-load.php"; print_r(wp_upload_bits("${name}", null, "${content}"));`);
    const query = (sql: string) => machine.must("mariadb --skip-column-names blog", sql);
    const password = () => machine.must("cat /var/www/blog.example.com/shared/.database-password");
    const databaseVersion = () => query("SELECT option_value FROM wp_options WHERE option_name = 'db_version'");

    /** Puts something at a path of the live release, unless something is there. */
    const put = (path: string) =>
      machine.must(
        `cd /var/www/blog.example.com/current && mkdir -p "$(dirname '.${path}')" && test -e '.${path}' || echo '<?php echo 1;' >'.${path}'`,
      );

    /** Puts what docs/site-host.md says of TLS into the program, and a certificate in the place of certbot's. */
    const addTls = async () => {
      const section = sectionOf("docs/site-host.md", "What an application needs of it");
      const told = [...section.matchAll(/`((?:listen|ssl_certificate|location \^~).*?)`/g)];
      const lines = told.map(([, line = ""]) => JSON.stringify(line.replace("example.com", at.serverName)));
      assert.equal(lines.length, 5);
      const bodySize = '"client_max_body_size 64m;",';
      at.write("index.ts", at.read("index.ts").replace(bodySize, `${bodySize} ${lines.join(", ")},`));
      const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "-"];
      const pem = must("openssl", "req", "-x509", ...key, "-subj", `/CN=${at.serverName}`);
      const dir = `/etc/letsencrypt/live/${at.serverName}`;
      await machine.must(`mkdir -p ${dir} && cd ${dir} && umask 077 && tee fullchain.pem >privkey.pem`, pem);
      const challenges = "/var/www/letsencrypt/.well-known/acme-challenge";
      await machine.must(`mkdir -p ${challenges} && echo a token >${challenges}/a`);
    };

    test("is installed in the browser after the README's commands", async () => {
      at.build("1");
      await at.begin();
      assert.equal((await at.get("/")).status, 302);
      const installed = await at.post("/wp-admin/install.php?step=2", {
        weblog_title: "A blog of all releases",
        user_name: "admin",
        admin_password: "not a secret",
        admin_password2: "not a secret",
        pw_weak: "1",
        admin_email: "admin@example.com",
      });
      assert.match(installed, /WordPress has been installed/);
      await at.assertServes("1");
    });

    test("keeps what was uploaded, goes on with another password, and the database is that of the new version", async () => {
      const uploaded =
        /\[url\] => http:\/\/blog\.example\.com(\S+)/.exec(await upload("a.txt", "a picture"))?.[1] ?? "";
      assert.deepEqual(await at.get(uploaded), { status: 200, body: "a picture" });
      const wanted = await databaseVersion();
      await query("UPDATE wp_options SET option_value = 57155 WHERE option_name = 'db_version'");
      at.build("2");
      await at.type(/^pulumi config set --secret databasePassword .*$/m.exec(at.code("sh"))?.[0] ?? "exit 1");
      const before = await password();
      await addTls();
      await at.up("2");
      assert.notEqual(await password(), before);
      await at.assertServes("2");
      assert.equal(await databaseVersion(), wanted);
      assert.deepEqual(await at.get(uploaded), { status: 200, body: "a picture" });
    });

    test("answers by TLS", async () => {
      assert.deepEqual(await at.get("/.well-known/acme-challenge/a"), { status: 200, body: "a token\n" });
      const headers = { Host: at.serverName };
      const asked = get({
        host: machine.address,
        path: "/wp-login.php",
        headers,
        agent: false,
        rejectUnauthorized: false,
      });
      const [response] = (await once(asked, "response")) as [IncomingMessage];
      assert.equal(response.statusCode, 200);
      assert.match(await text(response), /user_login/);
    });

    test("serves nothing of what is no page", async () => {
      for (const path of noPages) {
        await put(path);
        assert.equal((await at.get(path)).status, 403, path);
      }
      for (const path of ["/wp-content/uploads/a.zip", "/robots.txt"]) {
        await put(path);
        assert.deepEqual(await at.get(path), { status: 200, body: "<?php echo 1;\n" });
      }
    });
  });
});

function includeOf(version: string): string {
  return `set $root_dir /var/www/shop.example.com/releases/${version}/public;\n`;
}

/** What WordPress, its plugins, or a careless hand leave in the web root. */
const noPages = [
  "/.user.ini",
  "/backup.tar.gz",
  "/backup.zip",
  "/composer.json",
  "/dump.sql",
  "/dump.sql.gz",
  "/readme.html",
  "/wp-config-sample.php",
  "/wp-config.php",
  "/wp-config.php.bak",
  "/wp-config.php~",
  "/wp-content/debug.log",
  "/wp-content/plugins/p/index.php.old",
  "/wp-content/plugins/p/package.json",
  "/wp-content/plugins/p/readme.txt",
  "/wp-content/uploads/a.php",
  "/wp-content/uploads/dump.sql.zip",
  "/xmlrpc.php",
];

const addColumn = `<?php
return new class extends Illuminate\\Database\\Migrations\\Migration {
    public function up(): void
    {
        Illuminate\\Support\\Facades\\Schema::table('orders', fn ($table) => $table->string('note')->nullable());
    }
};
`;
