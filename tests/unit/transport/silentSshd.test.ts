import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server as TcpServer } from "node:net";
import { after, afterEach, before, beforeEach, describe, mock, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Server, utils } from "ssh2";
import { openSsh } from "../../../provider/transport/openSsh.ts";
import { failureOf } from "../../support/failure.ts";
import { emptyHome } from "../../support/home.ts";

const login = { host: "127.0.0.1", user: "deploy", password: "word", dialErrorLimit: 1 };

describe("An sshd", { timeout: 30_000 }, () => {
  let home: ReturnType<typeof emptyHome>;
  before(() => {
    home = emptyHome();
  });
  after(() => home.restore());
  afterEach(() => mock.timers.reset());

  describe("that lets in and begins no session", () => {
    const keys = utils.generateKeyPairSync("ed25519");
    let server: Server;

    beforeEach(async () => {
      server = new Server({ hostKeys: [keys.private] }, (client) => {
        client.on("authentication", (request) => request.accept());
        client.on("error", () => {});
        client.on("session", () => {}); // neither accepted nor rejected
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    });
    afterEach(() => void server.close());

    test("is given up", async () => {
      const { port } = server.address() as AddressInfo;
      const transport = await openSsh({ ...login, port, hostKey: keys.public }, () => {});
      mock.timers.enable({ apis: ["setTimeout"] });
      const failure = failureOf(transport.start("true"));
      for (let round = 0; round < 20; round++) await turn();
      mock.timers.tick(120_000);
      const { reason, message } = await failure;
      assert.equal(reason, "session-late");
      assert.match(message, /^Cannot begin a session on 127\.0\.0\.1 port \d+: sshd has not answered for 120 s, /);
      transport.close();
    });
  });

  describe("that speaks no SSH", () => {
    let server: TcpServer;
    let said: Buffer;

    beforeEach(async () => {
      server = createServer((socket) => {
        socket.on("error", () => {});
        const flood = (): void => {
          while (!socket.destroyed && socket.write(said));
          if (!socket.destroyed) socket.once("drain", flood);
        };
        flood();
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
    });
    afterEach(() => void server.close());

    for (const [name, bytes] of [
      ["bytes without a line end", Buffer.alloc(65_536, 0x1b)],
      ["lines without end", Buffer.from("welcome\u001b[2J\r\n".repeat(4096))],
      ["its name, and then anything", Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), Buffer.alloc(65_536, 0xff)])],
    ] as const)
      test(`but ${name} is told, in time and without its control characters`, async () => {
        said = bytes;
        const { port } = server.address() as AddressInfo;
        const error = await failureOf(openSsh({ ...login, port, hostKey: KEY, perDialTimeout: 1 }, () => {}));
        assert.match(error.message, /^Cannot .* 127\.0\.0\.1 port \d+: /);
        assert.doesNotMatch(error.message, /(?![\t\n])\p{Cc}/u);
      });
  });
});

const KEY = utils.generateKeyPairSync("ed25519").public;
