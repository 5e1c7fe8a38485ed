import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, before, describe, test } from "node:test";
import type { Connection } from "../../provider/transport/connection.ts";
import { converse } from "../../provider/transport/conversation.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import { withTransport } from "../../provider/transport/pool.ts";
import type { SshTransport } from "../../provider/transport/sshTransport.ts";
import { failureOf } from "../support/failure.ts";
import { emptyHome } from "../support/home.ts";
import { run } from "../support/run.ts";
import { freePort, type Sshd, type SshdOptions, sshdMissing, startSshd } from "../support/sshd.ts";

describe("a connection", { skip: sshdMissing(), timeout: 90_000 }, () => {
  let sshd: Sshd;
  let home: ReturnType<typeof emptyHome>;

  before(async () => {
    home = emptyHome();
    sshd = await startSshd();
  });
  after(async () => {
    await sshd.stop();
    home.restore();
  });

  const opened: SshTransport[] = [];
  afterEach(() => {
    for (const transport of opened.splice(0)) transport.close();
  });

  async function open(by: Partial<Connection> = {}, notice: (text: string) => void = () => {}): Promise<SshTransport> {
    const transport = await openSsh({ ...sshd.connection, ...by }, notice);
    opened.push(transport);
    return transport;
  }

  async function withSshd(options: SshdOptions, use: (own: Sshd) => Promise<void>): Promise<void> {
    const own = await startSshd(options);
    try {
      await use(own);
    } finally {
      await own.stop();
    }
  }

  /** A TCP server that does with each connection what `treat` does. */
  async function withServer(treat: (socket: Socket) => void, use: (port: number) => Promise<void>): Promise<void> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => {}));
      treat(socket);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    try {
      await use(address !== null && typeof address === "object" ? address.port : 0);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  }

  const advice =
    "Check connection.host and connection.port, that the machine runs, and that no firewall stands between";

  test("to a port where nobody listens is given up after as many attempts as asked for", async () => {
    const port = await freePort();
    const notices: string[] = [];
    const error = await failureOf(open({ port, dialErrorLimit: 2 }, (text) => notices.push(text)));
    assert.equal(error.reason, "unreachable");
    assert.equal(
      error.message,
      `Cannot connect to 127.0.0.1 port ${port}: the connection was refused: nothing listens on that port, expected an SSH server; gave up after 2 attempts. ${advice}`,
    );
    assert.deepEqual(notices, [
      `connecting to 127.0.0.1 port ${port}: the connection was refused: nothing listens on that port; attempt 2 follows`,
    ]);
  });

  test("to a host that is still starting succeeds once it is there", async () => {
    const port = await freePort();
    const opening = open({ port, dialErrorLimit: 5 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const relay = createServer((socket) => {
      const onward = connect(sshd.port, "127.0.0.1");
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on("error", () => {});
    }).listen(port, "127.0.0.1");
    await opening;
    relay.close();
  });

  test("to a name that does not exist is refused at once", async () => {
    const error = await failureOf(open({ host: "web1.invalid", port: 22, dialErrorLimit: 10 }));
    assert.equal(
      error.message,
      `Cannot connect to web1.invalid: its name is not known, expected an SSH server. ${advice}`,
    );
  });

  test("to a port that stays silent ends after perDialTimeout", async () => {
    await withServer(
      () => {},
      async (port) => {
        const error = await failureOf(open({ port, perDialTimeout: 0.3 }));
        assert.equal(error.reason, "unreachable");
        assert.equal(error.failure.observed, "it did not answer within 0.3 s");
      },
    );
  });

  test("to something that hangs up or does not speak SSH says so", async () => {
    await withServer(
      (socket) => socket.destroy(),
      async (port) => {
        const error = await failureOf(open({ port }));
        assert.equal(error.failure.observed, "it closed the connection before it said who it is");
      },
    );
    await withServer(
      (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
      async (port) => {
        const error = await failureOf(open({ port, dialErrorLimit: 1 }));
        assert.equal(error.reason, "unreachable");
      },
    );
  });

  test("that is lost in the middle of a command fails it, after all that was said", async () => {
    const transport = await open();
    const session = await transport.start("echo said; sleep 0.2; kill -9 $PPID; sleep 60");
    let said = "";
    session.stdout.on("data", (chunk) => {
      said += chunk;
    });
    const broken = failureOf(once(session.stdout, "end"));
    const error = await failureOf(session.ended);
    assert.equal(
      error.message,
      `Cannot keep the connection on 127.0.0.1 port ${sshd.port}: the host closed it. Run it again: what was under way on the host has ended or restored itself`,
    );
    assert.equal((await broken).reason, "connection-lost");
    assert.equal(said, "said\n");
    assert.equal((await failureOf(transport.start("true"))).reason, "connection-lost");
    assert.equal((await failureOf(transport.connect({ socket: "/x" }))).reason, "connection-lost");
  });

  test("that is lost fails those who still wait for a place too", async () => {
    const transport = await open();
    const running = await Promise.all(Array.from({ length: 6 }, () => transport.start("sleep 20")));
    const waiting = Array.from({ length: 5 }, () => failureOf(transport.start("true")));
    const killer = await transport.start("kill -9 $PPID; sleep 20", "answer");
    const errors = await Promise.all([...waiting, ...[...running, killer].map(({ ended }) => failureOf(ended))]);
    assert.deepEqual(new Set(errors.map(({ reason }) => reason)), new Set(["connection-lost"]));
  });

  test("that is lost after a script's last word leaves that word standing", async () => {
    const transport = await open();
    const answer = await converse(
      transport,
      "printf '%s done switched\\n' \"$marker\"; sleep 0.2; kill -9 $PPID; sleep 20",
      {},
    );
    assert.equal(answer.outcome, "switched");
    assert.equal(transport.lost.aborted, true);
  });

  test("starts a command in two round trips", async () => {
    const half = 100;
    await withServer(
      (socket) => {
        const onward = connect(sshd.port, "127.0.0.1").on("error", () => {});
        socket.on("data", (chunk) => setTimeout(() => onward.write(chunk), half)).on("close", () => onward.destroy());
        onward.on("data", (chunk) => setTimeout(() => socket.write(chunk), half));
      },
      async (port) => {
        const transport = await open({ port });
        const start = performance.now();
        const session = await transport.start("true");
        const trips = Math.floor((performance.now() - start) / (2 * half));
        session.close();
        assert.equal(trips, 2);
      },
    );
  });

  test("whose line goes dead is noticed within 25 s", async () => {
    let cut = false;
    await withServer(
      (socket) => {
        const onward = connect(sshd.port, "127.0.0.1").on("error", () => {});
        socket.on("data", (chunk) => cut || onward.write(chunk)).on("close", () => onward.destroy());
        onward.on("data", (chunk) => cut || socket.write(chunk));
      },
      async (port) => {
        const transport = await open({ port });
        const session = await transport.start("sleep 60");
        cut = true;
        const start = Date.now();
        const error = await failureOf(session.ended);
        assert.equal(error.failure.observed, "nothing was heard for 15 s");
        assert.ok(Date.now() - start < 25_000);
      },
    );
  });

  test("carries ordinary HTTP through a forwarded port", async () => {
    await withServer(
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")),
      async (port) => {
        const transport = await open();
        const stream = await transport.connect({ host: "127.0.0.1", port });
        const asking = request({ createConnection: () => stream, host: "site", path: "/" });
        asking.end();
        const [answer] = await once(asking, "response");
        assert.equal(await text(answer), "hello");
      },
    );
  });

  test("to a host that allows one session at a time runs commands one after another", async () => {
    await withSshd({ config: ["MaxSessions 1"] }, async (own) => {
      const transport = await open(own.connection);
      const outputs = await Promise.all([1, 2, 3].map((n) => run(transport, `sleep 0.1; echo ${n}`)));
      assert.deepEqual(
        outputs.map(({ stdout }) => stdout),
        ["1\n", "2\n", "3\n"],
      );
    });
  });

  test("to a host that allows no session at all says where to look", async () => {
    await withSshd({ config: ["MaxSessions 0"] }, async (own) => {
      const transport = await open(own.connection);
      const error = await failureOf(transport.start("true"));
      assert.equal(
        error.message,
        `Cannot run a command on 127.0.0.1 port ${own.port}: sshd refused it (open failed). Check MaxSessions in the host's sshd_config, the login shell of ${own.connection.user}, and options before its key in authorized_keys`,
      );
    });
  });

  test("whose forwarding is forbidden has a program on the host say why sockets and ports cannot be reached", async () => {
    const options: SshdOptions[] = [
      { config: ["AllowTcpForwarding no"] },
      { config: ["DisableForwarding yes"] },
      { keyOptions: "restrict" },
    ];
    for (const option of options)
      await withSshd(option, async (own) => {
        const transport = await open(own.connection);
        const socket = await failureOf(transport.connect({ socket: "/run/x.sock" }));
        const port = await failureOf(transport.connect({ host: "127.0.0.1", port: await freePort() }));
        assert.deepEqual([socket.reason, port.reason], ["forward-refused", "connect-refused"]);
        assert.equal((await run(transport, "echo still")).stdout, "still\n");
      });
  });

  test("through a proxy reaches the host, and recognises both", async () => {
    await withSshd({}, async (jump) => {
      const transport = await open({ proxy: jump.connection });
      assert.equal(transport.hostKey, sshd.connection.hostKey);
      assert.equal((await run(transport, "cat", "through")).stdout, "through");

      const { hostKey: _hostKey, ...unknown } = jump.connection;
      const error = await failureOf(open({ proxy: unknown }));
      assert.equal(error.reason, "host-key-unknown");
      assert.match(error.message, /connection\.proxy\.hostKey/);
    });
  });

  test("through a proxy that cannot reach the host, or may not, says which", async () => {
    const port = await freePort();
    await withSshd({}, async (jump) => {
      const error = await failureOf(open({ port, proxy: jump.connection }));
      assert.equal(error.failure.observed, "the proxy cannot reach it (Connection refused)");
    });
    await withSshd({ config: ["AllowTcpForwarding no"] }, async (jump) => {
      const error = await failureOf(open({ proxy: jump.connection, dialErrorLimit: 10 }));
      assert.equal(error.failure.observed, "the proxy may not forward to it (open failed)");
    });
  });

  test("is shared by all who ask at the same time and afterwards, and again after a loss", async () => {
    await withSshd({}, async (own) => {
      const handshakes = (): number => own.log().split("Accepted publickey").length - 1;
      const who = (): Promise<string> =>
        withTransport(own.connection, async (transport) => (await run(transport, "echo $PPID")).stdout);
      const seen = await Promise.all([who(), who(), who()]);
      seen.push(await who());
      assert.deepEqual([new Set(seen).size, handshakes()], [1, 1]);
      await failureOf(withTransport(own.connection, async (transport) => run(transport, "kill -9 $PPID; sleep 5")));
      assert.notEqual(await who(), seen[0]);
      assert.equal(handshakes(), 2);
    });
  });

  test("that could not be opened is tried anew by the next who asks", async () => {
    const port = await freePort();
    const target = { ...sshd.connection, port };
    const use = (): Promise<string> => withTransport(target, async ({ host }) => host);
    assert.deepEqual(
      [(await failureOf(use())).reason, (await failureOf(use())).reason],
      ["unreachable", "unreachable"],
    );
  });

  test("does not keep the process when nobody uses it", async () => {
    const program = `
      const { withTransport } = require(${JSON.stringify(require.resolve("../../provider/transport/pool.js"))});
      withTransport(JSON.parse(process.env.TARGET), async (t) => {
        const s = await t.start("sleep 0.5; echo done");
        s.stdout.pipe(process.stdout); s.stderr.resume(); await s.ended;
      });`;
    const child = spawn(process.execPath, ["-e", program], {
      env: { ...process.env, TARGET: JSON.stringify(sshd.connection) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const start = Date.now();
    const [said] = await Promise.all([text(child.stdout), once(child, "exit")]);
    assert.deepEqual([said, child.exitCode], ["done\n", 0]);
    assert.ok(Date.now() - start < 8000, "the process stayed");
  });

  test("opens a forwarding for the login user's own socket", async () => {
    const dir = mkdtempSync(join(tmpdir(), "site-release-forward-"));
    const server = createServer((socket) => socket.end("hi")).listen(join(dir, "s"));
    await once(server, "listening");
    const transport = await open();
    assert.equal(await text(await transport.connect({ socket: join(dir, "s") })), "hi");
    server.close();
    rmSync(dir, { recursive: true });
  });
});
