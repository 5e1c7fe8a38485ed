// The load itself, in a thread of its own so that neither the test nor `pulumi` beside it delays a request that is due.
import { Agent, request } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import type { LoadOptions, Recording } from "../load.ts";
import { clock } from "./clock.ts";
import type { Sample } from "./evaluate.ts";

const REQUEST_TIMEOUT = 15_000;
const GRACE = 5_000;

const options: LoadOptions = workerData;
const urls = options.pages.map((page) => new URL(page, options.url));
const samples: Sample[] = [];
const pending = new Map<number, () => void>();
const agents = Array.from({ length: options.connections }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
const carried = new WeakSet<object>();
const start = clock();
let count = 0;
let kept = 0;
let stopped = false;
let bound = false;

// Two shares of one sequence must not fall in step (every POST on a fresh connection, say): the two-dimensional golden ratio.
const chosen = (index: number, step: number, share: number) => (index * step) % 1 < share;
const FRESH = 0.7548776662466927;
const POST = 0.5698402909980532;

function fire(due: number): void {
  const index = count++;
  const fresh = chosen(index, FRESH, options.freshShare);
  const post = chosen(index, POST, options.postShare);
  const agent = fresh ? false : agents[kept++ % agents.length];
  const versions: string[] = [];
  let sent = clock();
  let reused = false;
  let before = 0;
  let received = () => before;

  const end = (result: Pick<Sample, "answer" | "error">) => {
    if (!pending.delete(index)) return;
    samples.push({ due, sent, ended: clock(), reused, ...result });
  };
  const lose = (code: string) => end({ error: { code, begun: received() > before } });

  const sending = request(urls[index % urls.length] ?? options.url, {
    ...(agent !== undefined && { agent }),
    method: post ? "POST" : "GET",
    headers: { Host: options.host, ...(post && { "Content-Type": "application/x-www-form-urlencoded" }) },
    timeout: REQUEST_TIMEOUT,
  });
  pending.set(index, () => sending.destroy(new Error("unanswered")));
  sending.once("socket", (socket) => {
    sent = clock();
    // Not req.reusedSocket: Node leaves it false where a request waited for its connection.
    reused = carried.has(socket);
    carried.add(socket);
    before = socket.bytesRead;
    received = () => socket.bytesRead;
    if (socket.connecting) socket.once("connect", () => (sent = clock()));
  });
  sending.once("timeout", () => sending.destroy(new Error("timeout")));
  sending.once("error", (error: NodeJS.ErrnoException) => lose(error.code ?? error.message));
  sending.once("response", (response) => {
    const header = response.headers["x-version"];
    if (typeof header === "string") versions.push(header);
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (text: string) => (body += text));
    response.once("error", (error: NodeJS.ErrnoException) => lose(error.code ?? error.message));
    response.once("end", () => {
      for (const [, version = ""] of body.matchAll(/<!-- (?:early|late) ([\w.-]+) -->/g)) versions.push(version);
      end({ answer: { status: response.statusCode ?? 0, versions } });
    });
  });
  sending.end(post ? `message=${index}` : undefined);
}

function tick(): void {
  if (stopped) return;
  const now = clock();
  for (;;) {
    const due = start + (count * 1000) / options.rate;
    bound = count >= options.maxRequests || due - start > options.maxSeconds * 1000;
    if (bound) return;
    if (due > now) {
      setTimeout(tick, due - now);
      return;
    }
    fire(due);
  }
}

parentPort?.once("message", async () => {
  stopped = true;
  const patience = clock() + GRACE;
  while (pending.size > 0 && clock() < patience) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const give of [...pending.values()]) give();
  while (pending.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const agent of agents) agent.destroy();
  const recording: Recording = { samples, bound };
  parentPort?.postMessage(recording);
  parentPort?.close();
});
tick();
