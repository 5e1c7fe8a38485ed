import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { nginxSnippet } from "../../provider/serverBlock.ts";
import { includeText, placeholderRoot } from "../../provider/site.ts";
import { opcacheEndpoint, sudoersFor } from "../../provider/texts.ts";
import { startNginx } from "../support/nginx.ts";
import { startPhpFpm } from "../support/phpFpm.ts";
import { freePort, type Place, place } from "../support/place.ts";
import { strategies } from "../support/strategies.ts";

for (const strategy of strategies)
  describe(`nginxSnippet for ${strategy}`, () => {
    let at: Place;
    let empty: Place;
    let full: number;
    let placeholder: number;
    const current = () => join(at.dir, "current");

    before(async () => {
      at = place();
      empty = place();
      [full, placeholder] = [await freePort(), await freePort()];
      const { socket } = await startPhpFpm(at);
      const root = `${at.dir}/releases/1/public`;
      at.write("releases/1/public/index.php", "<?php echo 'front ', $_SERVER['REQUEST_URI'], ' ', $_GET['a'] ?? '';");
      at.write("releases/1/public/admin/index.php", "<?php echo 'admin';");
      at.write("releases/1/public/site.css", "css");
      at.write("releases/1/public/.env", "secret");
      at.write("releases/1/public/.x.php", "<?php echo 'secret';");
      at.write("releases/1/public/.well-known/a.txt", "known");
      writeFileSync(`${at.dir}/root_dir.nginx.conf`, includeText(root));
      symlinkSync("releases/1", current());
      mkdirSync(`${empty.dir}/.site-release/empty/public`, { recursive: true });
      writeFileSync(`${empty.dir}/root_dir.nginx.conf`, includeText(placeholderRoot(empty.dir)));
      symlinkSync(".site-release/empty", `${empty.dir}/current`);
      const common = { pool: socket, strategy };
      // As long as a DNS name may be, which nginx's table of variables would not take.
      const long = `24.${"a-b".repeat(20)}.${"c".repeat(60)}.example.com`;
      const blocks = [
        nginxSnippet({ ...common, serverName: "example.com", deployPath: at.dir, listen: [`127.0.0.1:${full}`] }),
        nginxSnippet({ ...common, serverName: long, deployPath: empty.dir, listen: [`127.0.0.1:${placeholder}`] }),
      ].map((block) => block.replace("include fastcgi_params", "include /etc/nginx/fastcgi_params"));
      const sizes = "server_names_hash_bucket_size 256; server_names_hash_max_size 1024;";
      await startNginx(at, `${sizes}\ninclude /etc/nginx/mime.types;\n${blocks.join("\n")}`);
    });
    after(async () => {
      await at.close();
      await empty.close();
    });

    function get(port: number, path: string): Promise<string> {
      return new Promise((resolve, reject) => {
        const asked = request({ host: "127.0.0.1", port, path, agent: false }, (answer) => {
          let body = "";
          answer.setEncoding("utf8");
          answer.on("data", (text: string) => {
            body += text;
          });
          answer.on("end", () => resolve(answer.statusCode === 200 ? body : String(answer.statusCode)));
        });
        asked.on("error", reject).end();
      });
    }

    it("serves a site by its front controller, its files and its inner directories", async () => {
      assert.equal(await get(full, "/?a=1"), "front /?a=1 1");
      assert.equal(await get(full, "/any/path?a=2"), "front /any/path?a=2 2");
      assert.equal(await get(full, "/admin/"), "admin");
      assert.equal(await get(full, "/site.css"), "css");
      assert.equal(await get(full, "/absent.php"), "404");
    });

    it("shows no dotfile but what is well known", async () => {
      assert.equal(await get(full, "/.env"), "403");
      assert.equal(await get(full, "/.x.php"), "403");
      assert.equal(await get(full, "/.well-known/a.txt"), "known");
    });

    it("answers 404 to everything while the root is an empty directory", async () => {
      for (const path of ["/", "/up", "/index.php", "/a/"]) assert.equal(await get(placeholder, path), "404", path);
    });

    if (strategy === "symlink") {
      it("follows the link at the next request, and gives PHP the real path by every name", async () => {
        at.write(
          "releases/2/public/index.php",
          "<?php echo $_SERVER['SCRIPT_FILENAME'], ' ', $_SERVER['DOCUMENT_ROOT'];",
        );
        rmSync(current());
        symlinkSync("releases/2", current());
        const root = `${at.dir}/releases/2/public`;
        assert.equal(await get(full, "/"), `${root}/index.php ${root}`);
      });

      it("answers 404, and shows nothing below nginx's own prefix, while the link leads nowhere", async () => {
        rmSync(current());
        // What startNginx has put below the prefix is there to be found.
        for (const path of ["/", "/index.php", "/nginx.pid", "/error.log", "/etc/passwd"])
          assert.equal(await get(full, path), "404", path);
      });
    }
  });

describe("Every word that the texts take", () => {
  it("is one that nginx takes", async () => {
    const at = place();
    const port = await freePort();
    const word = fc.stringMatching(/^[A-Za-z0-9._@+-]{1,12}$/).filter((name) => name !== "." && name !== "..");
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
    const sites = fc.sample(fc.tuple(word, word, label, word), { seed: 1, numRuns: 20 });
    const blocks = sites.map(([deploy, include, name, pool], number) => {
      const deployPath = `${at.dir}/${number}${deploy}`;
      const includePath = at.write(`${number}${deploy}/${include}.conf`, includeText(`${deployPath}/releases/1`));
      const listen = [`127.0.0.1:${port}`];
      return nginxSnippet({ serverName: `${name}.${number}`, deployPath, includePath, pool: `/run/${pool}`, listen });
    });
    const { serverBlock } = opcacheEndpoint({ pool: "[::1]:9000", scriptPath: "/a/b@c+d.php", port: await freePort() });
    const params = "include /etc/nginx/fastcgi_params";
    const http = [...blocks, serverBlock].join("\n").replaceAll("include fastcgi_params", params);
    const conf = at.write("nginx.conf", `pid ${at.dir}/pid;\nevents {}\nhttp {\naccess_log off;\n${http}\n}\n`);
    const tested = spawnSync("/usr/sbin/nginx", ["-t", "-p", at.dir, "-e", `${at.dir}/log`, "-c", conf], {
      encoding: "utf8",
    });
    assert.equal(tested.status, 0, tested.stderr);
    await at.close();
  });
});

describe("sudoersFor", () => {
  const visudo = spawnSync("visudo", ["-V"]).error === undefined;

  it("gives lines that visudo accepts", { skip: !visudo && "visudo is not installed" }, () => {
    const checked = spawnSync("visudo", ["-c", "-f", "-"], { input: sudoersFor({ user: "deploy" }), encoding: "utf8" });
    assert.equal(checked.status, 0, checked.stderr);
  });
});
