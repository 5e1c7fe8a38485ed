import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { test } from "node:test";
import { Client } from "ssh2";
import { until } from "../support/command.ts";
import { allProcesses } from "../support/processes.ts";
import { type Sandbox, startSandbox } from "../support/sandbox.ts";

test("a sandbox serves PHP from the root that its include names", async () => {
  const sandbox = await startSandbox();
  assert.deepEqual(await page(sandbox.httpPort), { status: 404, body: "File not found.\n" });
  const { deployPath, includePath, nginx } = sandbox;
  await sandbox.writeFile(`${deployPath}/releases/1/public/index.php`, "<?php echo 'hello from ', __DIR__;");
  await sandbox.writeFile(includePath, `set $root_dir ${deployPath}/releases/1/public;\n`);
  assert.equal((await sandbox.deploy(nginx.test)).code, 0);
  assert.equal((await sandbox.deploy(nginx.reload)).code, 0);
  // For a moment the old workers accept too, so it is the first 200 that is looked at.
  let served = await page(sandbox.httpPort);
  await until("the new workers", 5, async () => {
    served = await page(sandbox.httpPort);
    return served.status === 200;
  });
  assert.deepEqual(served, { status: 200, body: `hello from ${deployPath}/releases/1/public` });
  await sandbox.close();
});

test("a sandbox has opcache on behind its second server block, and never looks at a file again", async () => {
  const sandbox = await startSandbox();
  await sandbox.writeFile(
    `${sandbox.opcacheRoot}/opcache.php`,
    "<?php echo 1, (int) opcache_get_status(false)['opcache_enabled'];",
  );
  // opcache.file_update_protection: what changed in the last 2 s is not cached yet.
  await sandbox.deploy(`touch --date='1 minute ago' ${sandbox.opcacheRoot}/opcache.php`);
  const port = Number(new URL(sandbox.opcacheUrl).port);
  assert.deepEqual(await page(port, "/opcache.php"), { status: 200, body: "11" });
  await sandbox.writeFile(`${sandbox.opcacheRoot}/opcache.php`, "<?php echo 2;");
  assert.deepEqual(await page(port, "/opcache.php"), { status: 200, body: "11" });
  await sandbox.close();
});

test("a sandbox lets its user in by key, and shows the host key it says", async () => {
  const sandbox = await startSandbox();
  const { output, hostKey } = await ssh(sandbox, "id --user --name");
  assert.deepEqual([output, hostKey], [`${sandbox.user}\n`, sandbox.hostKey]);
  await sandbox.close();
});

test("a sandbox without the placeholder has no nginx until there is an include", async () => {
  const sandbox = await startSandbox({ placeholder: false });
  await assert.rejects(page(sandbox.httpPort), { code: "ECONNREFUSED" });
  await assert.rejects(
    sandbox.startNginx(),
    /nginx ended \(exit code 1\):(?:.|\n)*root_dir\.nginx\.conf" failed \(2: No such file/,
  );
  await sandbox.writeFile(sandbox.includePath, `set $root_dir ${sandbox.dir};\n`);
  await sandbox.startNginx();
  assert.equal((await page(sandbox.httpPort)).status, 404);
  await sandbox.close();
});

test("closing a sandbox leaves no directory and no process, even of a session that outlives its connection", async () => {
  const sandbox = await startSandbox();
  const { output } = await ssh(sandbox, "sleep 1000 >/dev/null 2>&1 & echo $!");
  const master = Number(readFileSync(sandbox.nginx.pidFile, "utf8"));
  const pids = [
    Number(output),
    master,
    ...allProcesses().flatMap(({ pid, parent }) => (parent === master ? [pid] : [])),
  ];
  assert.equal(pids.length, 4); // sleep, nginx and its two workers
  const running = () => allProcesses().filter(({ pid }) => pids.includes(pid)).length;
  assert.equal(running(), 4);
  await sandbox.close();
  assert.deepEqual([running(), existsSync(sandbox.dir)], [0, false]);
});

function page(port: number, path = "/"): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", path, agent: false, headers: { Host: "example.com" } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode, body }));
    }).on("error", reject);
  });
}

function ssh(sandbox: Sandbox, command: string): Promise<{ readonly output: string; readonly hostKey: string }> {
  const client = new Client();
  const { host, port, user, privateKeyPath } = sandbox.connection;
  let output = "";
  let hostKey = "";
  return new Promise((resolve, reject) => {
    client.on("error", reject).on("close", () => resolve({ output, hostKey }));
    client.on("ready", () =>
      client.exec(command, (error, channel) => {
        if (error !== undefined) return reject(error);
        channel.on("data", (data: Buffer) => (output += data.toString()));
        channel.on("close", () => client.end());
      }),
    );
    client.connect({
      host,
      port,
      username: user,
      privateKey: readFileSync(privateKeyPath),
      hostVerifier: (key: Buffer) => {
        hostKey = `ssh-ed25519 ${key.toString("base64")}`;
        return true;
      },
      algorithms: { serverHostKey: ["ssh-ed25519"] },
    });
  });
}
