import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { after, before, describe, test } from "node:test";
import { localTransport } from "../../provider/transport/local.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import type { Transport } from "../../provider/transport/transport.ts";
import { failureOf } from "../support/failure.ts";
import { run } from "../support/run.ts";
import { freePort, type Sshd, sshdMissing, startSshd } from "../support/sshd.ts";

interface Subject {
  readonly name: string;
  readonly skip: string | false;
  open(): Promise<Transport>;
  close(): Promise<void>;
}

function local(): Subject {
  return { name: "local", skip: false, open: async () => localTransport(), close: async () => {} };
}

function ssh(): Subject {
  let sshd: Sshd | undefined;
  let close: (() => void) | undefined;
  return {
    name: "ssh",
    skip: sshdMissing(),
    open: async () => {
      sshd = await startSshd();
      const transport = await openSsh(sshd.connection, () => {});
      close = () => transport.close();
      return transport;
    },
    close: async () => {
      close?.();
      await sshd?.stop();
    },
  };
}

for (const subject of [local(), ssh()]) {
  describe(`a transport by ${subject.name}`, { skip: subject.skip, timeout: 60_000 }, () => {
    let transport: Transport;
    const dir = mkdtempSync(join(tmpdir(), "site-release-transport-"));
    const servers: Server[] = [];

    before(async () => {
      transport = await subject.open();
    });
    after(async () => {
      for (const server of servers) server.close();
      await subject.close();
      rmSync(dir, { recursive: true });
    });

    async function echoServer(at: { path: string } | { host: string; port: number }): Promise<void> {
      const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
      servers.push(server);
      await once(server.listen(at), "listening");
    }

    test("an exit code comes back with both outputs", async () => {
      assert.deepEqual(await run(transport, "echo out; echo err >&2; exit 7"), {
        code: 7,
        signal: undefined,
        stdout: "out\n",
        stderr: "err\n",
      });
    });

    test("a signal comes back by its name", async () => {
      const { code, signal } = await run(transport, "kill -TERM $$");
      assert.deepEqual({ code, signal }, { code: undefined, signal: "SIGTERM" });
    });

    test("a command does not see this process's environment", async () => {
      process.env.PULUMI_CONFIG_PASSPHRASE = "hunter2";
      const { stdout } = await run(transport, "env");
      delete process.env.PULUMI_CONFIG_PASSPHRASE;
      assert.equal(stdout.includes("hunter2"), false);
      assert.match(stdout, /^PATH=.+/m);
      assert.match(stdout, /^HOME=.+/m);
    });

    test("output that nobody reads yet is kept", async () => {
      const session = await transport.start("echo early");
      await new Promise((resolve) => setTimeout(resolve, 200));
      session.stderr.resume();
      assert.equal(await text(session.stdout), "early\n");
      assert.deepEqual(await session.ended, { code: 0, signal: undefined });
    });

    test("5 MB go and come back byte for byte", async () => {
      const sent = randomBytes(5_000_000);
      const session = await transport.start("cat");
      session.stderr.resume();
      const [back] = await Promise.all([buffer(session.stdout), pipeline(Readable.from([sent]), session.stdin)]);
      assert.equal(digest(back), digest(sent));
      assert.deepEqual(await session.ended, { code: 0, signal: undefined });
    });

    test("a host that does not read holds the writer back", async () => {
      const go = join(dir, "go");
      const session = await transport.start(`until test -e ${go}; do sleep 0.05; done; rm ${go}; wc -c`);
      session.stderr.resume();
      let written = 0;
      const source = async function* () {
        for (let block = 0; block < 64; block++) {
          written += 262_144;
          yield Buffer.alloc(262_144);
        }
      };
      const sending = pipeline(source, session.stdin);
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.ok(written < 64 * 262_144, `${written} bytes were taken although nobody reads`);
      writeFileSync(go, "");
      await sending;
      assert.equal((await text(session.stdout)).trim(), String(64 * 262_144));
    });

    test("a reader that waits holds the host back", async () => {
      const session = await transport.start("head -c 20000000 /dev/zero; echo written >&2");
      let told = "";
      session.stderr.on("data", (chunk) => {
        told += chunk;
      });
      await new Promise((resolve) => setTimeout(resolve, 400));
      assert.equal(told, "");
      assert.equal((await buffer(session.stdout)).length, 20_000_000);
      await session.ended;
      assert.equal(told, "written\n");
    });

    test("the end of input is heard, and output after it still comes", async () => {
      const session = await transport.start("cat >/dev/null; sleep 0.2; echo after");
      session.stderr.resume();
      session.stdin.end("before");
      assert.equal(await text(session.stdout), "after\n");
    });

    test("a command that ends without reading its input ends the writer", async () => {
      const session = await transport.start("exit 3");
      session.stderr.resume();
      session.stdout.resume();
      const sending = pipeline(Readable.from([randomBytes(8_000_000)]), session.stdin);
      await assert.rejects(sending, (error: NodeJS.ErrnoException) =>
        ["EPIPE", "ECONNRESET", "ECANCELED", "ERR_STREAM_PREMATURE_CLOSE"].includes(error.code ?? ""),
      );
      assert.deepEqual(await session.ended, { code: 3, signal: undefined });
    });

    test("30 commands at once all finish", async () => {
      const codes = Array.from({ length: 30 }, async (_, at) => (await run(transport, `sleep 0.1; exit ${at}`)).code);
      assert.deepEqual(
        await Promise.all(codes),
        Array.from({ length: 30 }, (_, at) => at),
      );
    });

    test("a command that answers a waiting script does not stand in line", async () => {
      const scripts = await Promise.all(Array.from({ length: 6 }, () => transport.start("cat")));
      const answer = await transport.start("echo here", "answer");
      answer.stderr.resume();
      assert.equal(await text(answer.stdout), "here\n");
      for (const script of scripts) {
        script.stdin.end();
        script.stdout.resume();
        script.stderr.resume();
      }
      await Promise.all(scripts.map((script) => script.ended));
    });

    test("a closed session ends, and its command meets the end of input", async () => {
      const marker = join(dir, "met-the-end");
      const session = await transport.start(`cat >/dev/null; echo yes > ${marker}`);
      session.close();
      assert.deepEqual(await session.ended, { code: undefined, signal: undefined });
      const { stdout } = await run(transport, `until test -s ${marker}; do sleep 0.05; done; cat ${marker}`);
      assert.equal(stdout, "yes\n");
    });

    test("a socket is reached, with half-close and 1 MB", async () => {
      const path = join(dir, "echo.sock");
      await echoServer({ path });
      const stream = await transport.connect({ socket: path });
      const sent = randomBytes(1_000_000);
      stream.end(sent);
      assert.equal(digest(await buffer(stream)), digest(sent));
    });

    test("a port is reached, and an unread stream can be dropped", async () => {
      const port = await freePort();
      await echoServer({ host: "127.0.0.1", port });
      const stream = await transport.connect({ host: "127.0.0.1", port });
      stream.write("hello");
      const [first] = await once(stream, "data");
      assert.equal(String(first), "hello");
      stream.destroy();
      await once(stream, "close");
    });

    test("a place where nobody listens is refused with what to look at", async () => {
      const missing = join(dir, "missing.sock");
      const port = await freePort();
      const [socket, tcp] = await Promise.all([
        failureOf(transport.connect({ socket: missing })),
        failureOf(transport.connect({ host: "127.0.0.1", port })),
      ]);
      const reasons = [socket.reason, tcp.reason];
      if (subject.name === "local") {
        assert.deepEqual(reasons, ["connect-absent", "connect-refused"]);
        assert.equal(socket.message, `Cannot reach ${missing} on this host: it does not exist`);
      } else {
        assert.deepEqual(reasons, ["forward-refused", "forward-refused"]);
        assert.equal(
          socket.message,
          `Cannot reach ${missing} on ${transport.host}: sshd says "open failed". Either it is not there, or nothing listens on it, or ${transport.user} may not write to it (ls -l ${missing}), or sshd forbids it: AllowTcpForwarding, AllowStreamLocalForwarding or DisableForwarding in sshd_config, "restrict" before the key in authorized_keys`,
        );
        assert.equal(
          tcp.message,
          `Cannot reach 127.0.0.1:${port} on ${transport.host}: sshd says "Connection refused". Either nothing listens there, or sshd forbids it: AllowTcpForwarding or DisableForwarding in sshd_config, "restrict" before the key in authorized_keys`,
        );
      }
    });
  });
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
