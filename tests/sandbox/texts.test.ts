import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { includeText } from "../../provider/site.ts";
import { nginxSnippet, sudoersFor } from "../../provider/texts.ts";
import { startNginx } from "../support/nginx.ts";
import { startPhpFpm } from "../support/phpFpm.ts";
import { freePort, type Place, place } from "../support/place.ts";

describe("nginxSnippet", () => {
  let at: Place;
  let empty: Place;
  let full: number;
  let placeholder: number;

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
    mkdirSync(`${empty.dir}/empty`);
    writeFileSync(`${empty.dir}/root_dir.nginx.conf`, includeText(`${empty.dir}/empty`));
    const common = { serverName: "example.com", pool: socket };
    const blocks = [
      nginxSnippet({ ...common, deployPath: at.dir, listen: [`127.0.0.1:${full}`] }),
      nginxSnippet({ ...common, deployPath: empty.dir, listen: [`127.0.0.1:${placeholder}`] }),
    ].map((block) => block.replace("include fastcgi_params", "include /etc/nginx/fastcgi_params"));
    await startNginx(at, `include /etc/nginx/mime.types;\n${blocks.join("\n")}`);
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
});

describe("sudoersFor", () => {
  const visudo = spawnSync("visudo", ["-V"]).error === undefined;

  it("gives lines that visudo accepts", { skip: !visudo && "visudo is not installed" }, () => {
    const checked = spawnSync("visudo", ["-c", "-f", "-"], { input: sudoersFor({ user: "deploy" }), encoding: "utf8" });
    assert.equal(checked.status, 0, checked.stderr);
  });
});
