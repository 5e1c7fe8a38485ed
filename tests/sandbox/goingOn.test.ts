import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { release } from "../../provider/lifecycle/index.ts";
import { digestSource } from "../../provider/release/digest.ts";
import { ownCache, smallSite, temporaryDir, writeTree } from "../support/releaseTree.ts";
import { type Sandbox, startSandbox } from "../support/sandbox.ts";
import { sshdMissing } from "../support/sshd.ts";

ownCache();

const MB = 1_000_000;

/** Passes connections on to a port, and resets each of the first `cuts` when so many bytes have come from its client. */
async function startRelay(port: number, cuts: number, bytes: number): Promise<{ server: Server; port: number }> {
  let left = cuts;
  const server = createServer((socket) => {
    const isCut = left-- > 0;
    const onward = connect(port, "127.0.0.1");
    let come = 0;
    socket.on("data", (chunk) => {
      come += chunk.length;
      if (!isCut || come < bytes) return;
      socket.resetAndDestroy();
      onward.resetAndDestroy();
    });
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

describe("An upload over a connection that breaks", { skip: sshdMissing() }, () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox();
  });
  after(() => sandbox.close());

  /** What does not pack, in files of half a megabyte. */
  const content = Object.fromEntries(
    Array.from({ length: 16 }, (_, index) => [`src/${index}`, randomBytes(MB / 4).toString("latin1")]),
  );
  const create = async (version: string, source: string, port: number) => {
    const { host, user } = sandbox.connection;
    const news = {
      connection: { host, user, port, hostKey: sandbox.hostKey, privateKeyPath: sandbox.privateKeyPath },
      deployPath: sandbox.deployPath,
      version,
      source,
      __urn: "urn:pulumi:test::site::t::example.com",
    };
    const { inputs, failures } = await release.check({}, news);
    assert.deepEqual(failures, []);
    return release.create(inputs);
  };

  test("goes on over another one, and sends what is missing", async (t) => {
    const source = writeTree(join(temporaryDir(t), "1"), { ...smallSite, ...content });
    const { server, port } = await startRelay(sandbox.connection.port, 2, 3 * MB);
    t.after(() => server.close());
    const { outs } = await create("1", source, port);
    const { status, sentBytes } = outs.report as { status: string; sentBytes: number };
    assert.equal(status, "uploaded");
    const { digest, bytes } = await digestSource(source);
    assert.equal(outs.releaseDigest, digest);
    assert.equal(outs.releaseState, "complete");
    assert.ok(sentBytes < bytes - 2 * MB, `${sentBytes} of ${bytes} bytes in the last run`);
    assert.deepEqual(readdirSync(join(sandbox.deployPath, ".site-release/staging")), []);
  });

  test("ends with what the host keeps when it breaks again and again", async (t) => {
    const source = writeTree(join(temporaryDir(t), "2"), {
      ...smallSite,
      ...content,
      "src/0": randomBytes(MB).toString("latin1"),
    });
    const { server, port } = await startRelay(sandbox.connection.port, 100, 200_000);
    t.after(() => server.close());
    await assert.rejects(create("2", source, port), (error: Error) => {
      assert.match(
        error.message,
        /^Cannot put release 2 into \S+ on \S+ port \d+: the connection was lost: .*; the host keeps what had arrived\. Run it again: an upload of the same source goes on from there$/,
      );
      return true;
    });
    assert.deepEqual(readdirSync(join(sandbox.deployPath, "releases")), ["1"]);
  });
});
