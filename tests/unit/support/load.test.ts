import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type LoadOptions, startLoad } from "../../support/load.ts";

const text = (version: string) => `<!-- early ${version} -->\n<!-- late ${version} -->\n`;
const site: RequestListener = (_request, response) => {
  response.setHeader("X-Version", "1");
  response.end(text("1"));
};

async function loaded(listener: RequestListener, seconds: number, options: Partial<LoadOptions> = {}) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const load = startLoad({
      url: `http://127.0.0.1:${port}/`,
      host: "example.com",
      rate: 100,
      connections: 4,
      ...options,
    });
    await once(server, "request"); // its thread takes its time to start
    await sleep(seconds * 1000);
    return await load.stop();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("startLoad", () => {
  it("sends at its rate whatever the answers do, over few kept connections and some fresh ones", async () => {
    const connections = new Set<unknown>();
    let posts = 0;
    const slow: RequestListener = (request, response) => {
      connections.add(request.socket);
      if (request.method === "POST") posts += 1;
      equal(request.headers.host, "example.com");
      setTimeout(() => site(request, response), 100);
    };
    // 4 connections at 100 ms an answer carry 40 of the 100 requests that fall due in a second; a busy machine may be late with the last ones.
    const result = await loaded(slow, 1, { freshShare: 0 });
    ok(result.requests >= 60, `${result.requests} requests`);
    equal(result.verdicts.ok, result.requests);
    equal(connections.size, 4);
    ok(result.latency.p99 > 400, `p99 ${result.latency.p99} ms hides the queue`);
    ok(posts > 0 && posts < result.requests / 4, `${posts} posts`);
  });

  it("opens a connection of its own for the fresh share", async () => {
    const connections = new Set<unknown>();
    const result = await loaded(
      (request, response) => {
        connections.add(request.socket);
        site(request, response);
      },
      0.5,
      { freshShare: 0.5 },
    );
    const fresh = connections.size - 4;
    ok(Math.abs(fresh - result.requests / 2) <= 2, `${fresh} of ${result.requests}`);
  });

  it("asks for its pages in turn", async () => {
    const counts = new Map<string, number>();
    const counting: RequestListener = (request, response) => {
      counts.set(request.url ?? "", (counts.get(request.url ?? "") ?? 0) + 1);
      site(request, response);
    };
    const result = await loaded(counting, 0.5, { pages: ["", "?id=two", "three/four"] });
    deepEqual([...counts.keys()].sort(), ["/", "/?id=two", "/three/four"]);
    for (const [page, count] of counts) ok(Math.abs(count - result.requests / 3) < 1, `${count} of ${page}`);
  });

  it("finds errors, half pages, mixed versions and cut answers, and sends nothing twice", async () => {
    let served = 0;
    const faulty: RequestListener = (request, response) => {
      served += 1;
      response.setHeader("X-Version", "1");
      if (served === 5) response.writeHead(500).end("broken");
      else if (served === 10) response.end("<!-- early 1 -->\n");
      else if (served === 15) response.end("<!-- early 1 -->\n<!-- late 2 -->\n");
      else if (served === 20) {
        response.write("<!-- early 1 -->\n");
        setTimeout(() => response.destroy(), 20);
      } else site(request, response);
    };
    const { requests, verdicts, failures } = await loaded(faulty, 0.5);
    equal(requests, served);
    deepEqual(verdicts, { ok: requests - 4, failed: 2, mixed: 1, stale: 0, lost: 1, lostReused: 0 });
    deepEqual(
      failures.map(({ verdict, what }) => `${verdict} ${what}`),
      ["failed 500", "failed 200, not the whole page", "mixed 1 1 2", "lost ECONNRESET"],
    );
  });

  it("keeps a reused connection that ends unanswered apart, as nginx ends idle ones when it reloads", async () => {
    let served = 0;
    const closing: RequestListener = (request, response) => {
      served += 1;
      if (served === 20) request.socket.destroy();
      else site(request, response);
    };
    const { requests, verdicts } = await loaded(closing, 0.5, { freshShare: 0 });
    equal(requests, served);
    deepEqual(verdicts, { ok: requests - 1, failed: 0, mixed: 0, stale: 0, lost: 0, lostReused: 1 });
  });

  it("counts what a fresh connection loses as lost", async () => {
    const server = createTcpServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const load = startLoad({ url: `http://127.0.0.1:${port}/`, host: "example.com", rate: 100, connections: 4 });
    await sleep(200);
    const { requests, verdicts } = await load.stop();
    server.close();
    ok(requests > 0);
    equal(verdicts.lost, requests);
  });

  it("ends at its bounds, and does not vouch for what came later", async () => {
    await rejects(loaded(site, 2, { maxRequests: 10 }), {
      message: "The load ended by itself after 10 requests: what came later is not known",
    });
  });
});
