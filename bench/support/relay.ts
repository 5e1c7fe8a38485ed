import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { Connection } from "../../provider/transport/connection.ts";
import { Daemon } from "../../tests/support/daemon.ts";
import { freePorts } from "../../tests/support/ports.ts";
import type { Sandbox } from "../../tests/support/sandbox.ts";
import { median } from "./figures.ts";

/** A way to a sandbox's sshd. */
export interface Relay {
  readonly port: number;
  /** The sandbox's own, by this way. */
  readonly connection: Connection;
  /** As measured, in ms. */
  readonly roundTripTime: number;
}

/** Puts relays in front of a sandbox's sshd, one for each round-trip time in ms. They end with the sandbox. */
export async function startRelays(sandbox: Sandbox, roundTripTimes: readonly number[]): Promise<Relay[]> {
  const { dir, sshPort } = sandbox;
  const [api = 0] = await freePorts(1);
  mkdirSync(join(dir, "relay"));
  const command = ["toxiproxy-server", "-host", "127.0.0.1", "-port", String(api)];
  await new Daemon(dir, "relay", command, api).start();
  const relays: Relay[] = [];
  for (const time of roundTripTimes) {
    const port = await relayTo(sshPort, time, api);
    const connection = { ...sandbox.connection, port };
    relays.push({ port, connection, roundTripTime: await measured(time, api) });
  }
  return relays;
}

async function relayTo(upstream: number, time: number, api: number): Promise<number> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${api}/proxies`;
  await post(url, { name: `${port}`, listen: `127.0.0.1:${port}`, upstream: `127.0.0.1:${upstream}`, enabled: true });
  for (const stream of ["upstream", "downstream"])
    await post(`${url}/${port}/toxics`, { type: "latency", stream, attributes: { latency: time / 2 } });
  return port;
}

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`toxiproxy: ${answer.status} ${await answer.text()}`);
}

const ECHOES = 9;

/** What one byte takes there and back through a relay of its own: timers are late by some tenths of a millisecond. */
async function measured(time: number, api: number): Promise<number> {
  const [upstream = 0] = await freePorts(1);
  const echo = createServer({ noDelay: true }, (socket) => socket.pipe(socket)).listen(upstream, "127.0.0.1");
  await once(echo, "listening");
  const socket = connect({ host: "127.0.0.1", port: await relayTo(upstream, time, api), noDelay: true });
  const times: number[] = [];
  while (times.length < ECHOES) {
    const begun = performance.now();
    socket.write("?");
    await once(socket, "data");
    times.push(performance.now() - begun);
  }
  socket.destroy();
  echo.close();
  return median(times);
}
