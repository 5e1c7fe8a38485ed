import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { type AuthContext, Server } from "ssh2";
import type { Connection } from "../../provider/transport/connection.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import { failureOf } from "../support/failure.ts";
import { emptyHome } from "../support/home.ts";
import { makeKey, type Sshd, sshdMissing, startSshd } from "../support/sshd.ts";

describe("logging in", { skip: sshdMissing(), timeout: 60_000 }, () => {
  let sshd: Sshd;
  let home: ReturnType<typeof emptyHome>;
  let connection: Connection;

  before(async () => {
    sshd = await startSshd();
    const { privateKeyPath: _path, ...rest } = sshd.connection;
    connection = rest;
  });
  after(() => sshd.stop());
  beforeEach(() => {
    home = emptyHome();
  });
  afterEach(() => home.restore());

  async function logIn(by: Partial<Connection>): Promise<void> {
    (await openSsh({ ...connection, ...by }, () => {})).close();
  }

  /** A copy of the good key under a passphrase. */
  function lockedKey(): string {
    const file = join(home.ssh, "locked");
    copyFileSync(sshd.keyFile, file);
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "open sesame", "-f", file]);
    return file;
  }

  const where = (): string => `Cannot connect to 127.0.0.1 port ${sshd.port}`;
  const advice =
    "expected a private key as ssh-keygen writes it. Give the whole text of the key, and its passphrase as connection.privateKeyPassword if it has one; or add the key to an agent and leave both out";

  test("works with the text of a key, also without its last line end or with Windows' line ends", async () => {
    const key = readFileSync(sshd.keyFile, "utf8");
    await logIn({ privateKey: key });
    await logIn({ privateKey: key.trim() });
    await logIn({ privateKey: key.replaceAll("\n", "\r\n") });
  });

  test("works with a key file below ~, and with a default one", async () => {
    copyFileSync(sshd.keyFile, join(home.ssh, "id_ed25519"));
    await logIn({ privateKeyPath: "~/.ssh/id_ed25519" });
    await logIn({});
  });

  test("passes over a default key file with a passphrase", async () => {
    copyFileSync(lockedKey(), join(home.ssh, "id_ed25519"));
    makeKey(join(home.ssh, "id_rsa"), "rsa");
    const error = await failureOf(logIn({}));
    assert.equal(error.failure.observed, `the host lets ${connection.user} in by publickey only; tried: ~/.ssh/id_rsa`);
  });

  test("works with a passphrase", async () => {
    await logIn({ privateKeyPath: lockedKey(), privateKeyPassword: "open sesame" });
  });

  test("with a key whose passphrase is missing is refused before any host is asked", async () => {
    const file = lockedKey();
    const error = await failureOf(logIn({ privateKeyPath: file }));
    assert.equal(error.reason, "credential-unusable");
    assert.equal(error.message, `${where()}: connection.privateKeyPath ${file} needs a passphrase, ${advice}`);
  });

  test("with a wrong passphrase is refused without showing it", async () => {
    const file = lockedKey();
    const error = await failureOf(logIn({ privateKey: readFileSync(file, "utf8"), privateKeyPassword: "wrong" }));
    assert.equal(
      error.message,
      `${where()}: connection.privateKey does not open with the passphrase that was given, ${advice}`,
    );
  });

  test("with something that is no private key is refused without showing it", async () => {
    const texts = {
      "hunter2, not a key": "is not a private key that can be read",
      [readFileSync(`${sshd.keyFile}.pub`, "utf8")]: "is a public key",
    };
    for (const [text, problem] of Object.entries(texts)) {
      const error = await failureOf(logIn({ privateKey: text }));
      assert.equal(error.message, `${where()}: connection.privateKey ${problem}, ${advice}`);
    }
    const pkcs8 = execFileSync("openssl", ["genpkey", "-algorithm", "ed25519"], { encoding: "utf8" });
    const error = await failureOf(logIn({ privateKey: pkcs8 }));
    assert.equal(
      error.message,
      `${where()}: connection.privateKey is in PKCS#8 form, expected a private key as ssh-keygen writes it. Take privateKeyOpenssh of @pulumi/tls, or convert the file with ssh-keygen -p -f FILE`,
    );
  });

  test("with a key file that is missing is refused by its whole path", async () => {
    const error = await failureOf(logIn({ privateKeyPath: "~/.ssh/nothing" }));
    assert.equal(
      error.message,
      `${where()}: connection.privateKeyPath ${home.ssh}/nothing does not exist, expected the file of a private key`,
    );
  });

  test("with nothing at all says what could be given", async () => {
    const error = await failureOf(logIn({}));
    assert.equal(
      error.message,
      `${where()}: there is nothing to log in with: no agent (SSH_AUTH_SOCK), no key file without a passphrase, expected an agent, ~/.ssh/id_ed25519 or id_ecdsa or id_rsa, or connection.privateKeyPath. Start an agent and add the key (ssh-add), or name the key file`,
    );
  });

  test("with a key that the host does not know names the sources that were tried", async () => {
    const stranger = join(home.ssh, "stranger");
    makeKey(stranger, "ecdsa");
    const error = await failureOf(logIn({ privateKeyPath: stranger, password: "hunter2" }));
    assert.equal(error.reason, "authentication-refused");
    assert.equal(
      error.message,
      `Cannot log in to 127.0.0.1 port ${sshd.port} as ${connection.user}: the host lets ${connection.user} in by publickey only; tried: connection.privateKeyPath ${stranger}. Check connection.user, and that the public key is in ~${connection.user}/.ssh/authorized_keys on the host`,
    );
  });

  test("works with an agent, by input or by SSH_AUTH_SOCK, and goes on without one that is dead", async () => {
    const socket = join(home.ssh, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await once(agent.stdout, "data");
      execFileSync("ssh-add", ["-q", sshd.keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      await logIn({ agentSocketPath: socket });
      process.env.SSH_AUTH_SOCK = socket;
      await logIn({});
    } finally {
      agent.kill();
      await once(agent, "exit");
    }
    await logIn({ agentSocketPath: socket, privateKeyPath: sshd.keyFile });
    const error = await failureOf(logIn({ agentSocketPath: socket }));
    assert.match(error.message, /tried: the agent at \S+\/agent, which did not do its part\. Check/);
    delete process.env.SSH_AUTH_SOCK;
  });

  describe("by password", () => {
    let server: Server;
    let decide: (context: AuthContext) => void;
    let port = 0;

    before(async () => {
      const hostKey = readFileSync(join(sshd.dir, "host_ed25519"));
      server = new Server({ hostKeys: [hostKey] }, (client) => {
        client.on("authentication", (context) => decide(context));
        client.on("error", () => {}); // the client under test goes away as it likes
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      port = address !== null && typeof address === "object" && "port" in address ? address.port : 0;
    });
    after(() => server.close());

    test("works, and a wrong one is refused without showing it", async () => {
      decide = (context) => {
        if (context.method === "password" && context.password === "hunter2") context.accept();
        else context.reject(["password"]);
      };
      await logIn({ port, password: "hunter2" });
      const error = await failureOf(logIn({ port, password: "hunter3" }));
      assert.equal(
        error.failure.observed,
        `the host lets ${connection.user} in by password only; tried: connection.password`,
      );
    });

    test("answers the host's first hidden question, and no other, where password is not among the methods", async () => {
      const asked: string[][] = [];
      decide = (context) => {
        if (context.method !== "keyboard-interactive") return context.reject(["keyboard-interactive"]);
        const questions = [
          { prompt: "Password: ", echo: false },
          { prompt: "One-time code: ", echo: false },
        ];
        return context.prompt(questions, (answers) => {
          asked.push(answers);
          context.accept();
        });
      };
      await logIn({ port, password: "hunter2" });
      assert.deepEqual(asked, [["hunter2", ""]]);
    });
  });

  test("with two methods that are both required goes through them in the host's order", async () => {
    const strict = await startSshd({ config: ["AuthenticationMethods publickey,publickey"] });
    try {
      const second = join(strict.dir, "second");
      const line = makeKey(second, "ecdsa");
      writeFileSync(join(strict.dir, "authorized_keys"), `${line}\n`, { flag: "a" });
      const transport = await openSsh({ ...strict.connection, privateKey: readFileSync(second, "utf8") }, () => {});
      transport.close();
    } finally {
      await strict.stop();
    }
  });
});
