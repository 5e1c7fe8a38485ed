import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { SiteReleaseError } from "../errors.ts";
import { type Channel, ChannelRefused, channelDuplex, channelInput, output } from "./channel.ts";
import { type Hop, hopName } from "./connection.ts";
import { forwardRefused, isForbidden } from "./forwarding.ts";
import { openPipe, PipeRefused } from "./pipe.ts";
import { Places } from "./places.ts";
import type { Link } from "./ssh.ts";
import type { Address, Exit, Purpose, Session, Transport } from "./transport.ts";

// sshd opens 10 sessions on a connection (sshd_config MaxSessions), and one that we closed counts until its command has ended.
const PLACES = { work: 6, answer: 3 };
// How long sshd may take to free the place of a session that has closed.
const LINGER_MS = 2000;

/** One host over one SSH connection. */
export class SshTransport implements Transport {
  readonly host: string;
  readonly user: string;
  readonly hostKey: string;
  /** Aborts when the connection has ended. */
  readonly lost: AbortSignal;
  readonly #link: Link;
  readonly #socket: Socket;
  readonly #places = { work: new Places(PLACES.work), answer: new Places(PLACES.answer) };
  /** One promise for each session that is open or being opened. */
  readonly #open = new Set<Promise<void>>();
  #lastEnd = 0;

  /** `socket` is what the whole connection runs over. */
  constructor(link: Link, socket: Socket, hop: Hop) {
    this.host = hopName(hop);
    this.user = hop.user;
    this.hostKey = link.hostKey;
    this.lost = link.lost;
    this.#link = link;
    this.#socket = socket;
  }

  async start(command: string, purpose: Purpose = "work"): Promise<Session> {
    const leave = await this.#places[purpose].enter();
    try {
      const { channel, release } = await this.#exec(command);
      const over = (): void => {
        this.#lastEnd = Date.now();
        this.lost.removeEventListener("abort", over);
        release();
        leave();
      };
      channel.once("close", over);
      if (this.lost.aborted) over();
      else this.lost.addEventListener("abort", over, { once: true });
      return session(channel, this.lost);
    } catch (error) {
      leave();
      throw error;
    }
  }

  async connect(address: Address): Promise<Duplex> {
    try {
      const channel = await this.#link.forward(address);
      channel.on("error", () => {}); // the stream made of it tells its own
      return channelDuplex(channel, this.lost);
    } catch (error) {
      if (!(error instanceof ChannelRefused)) throw error;
      // Of a socket sshd says the same whether it forbids it or the socket is not there.
      if (!isForbidden(error) && !("socket" in address)) throw forwardRefused(this, address, error);
      return await this.#pipe(address, error);
    }
  }

  /** Connects by a program on the host, since sshd does not. */
  async #pipe(address: Address, refused: ChannelRefused): Promise<Duplex> {
    try {
      return await openPipe(this, address);
    } catch (error) {
      throw error instanceof PipeRefused ? forwardRefused(this, address, refused, error) : error;
    }
  }

  /** Whether the connection holds the process. */
  hold(busy: boolean): void {
    if (busy) this.#socket.ref();
    else this.#socket.unref();
  }

  close(): void {
    this.#link.end();
    this.#socket.unref();
  }

  /** A hardened host may allow fewer sessions than 10: wait for one of ours to end instead of failing. */
  async #exec(command: string): Promise<{ readonly channel: Channel; readonly release: () => void }> {
    for (;;) {
      let resolve = (): void => {};
      const over = new Promise<void>((settle) => {
        resolve = settle;
      });
      const release = (): void => {
        this.#open.delete(over);
        resolve();
      };
      this.#open.add(over);
      try {
        return { channel: await this.#link.exec(command), release };
      } catch (error) {
        release();
        if (!(error instanceof ChannelRefused)) throw error;
        if (error.code === undefined) throw sessionRefused(this, error);
        if (this.#open.size > 0) await Promise.race(this.#open);
        // sshd frees the place of a session only when it has collected the command's end, after it closed the channel.
        else if (Date.now() < this.#lastEnd + LINGER_MS) await sleep(LINGER_MS / 20);
        else throw sessionRefused(this, error);
      }
    }
  }
}

function session(channel: Channel, lost: AbortSignal): Session {
  channel.on("error", () => {}); // writing after the end: the session's end says what happened
  const stdin = channelInput(channel);
  const stdout = output(channel, lost);
  const stderr = output(channel.stderr, lost);
  let close = (): void => {};
  const ended = new Promise<Exit>((resolve, reject) => {
    close = () => {
      channel.close();
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      resolve({ code: undefined, signal: undefined });
    };
    const onLost = (): void => {
      stdin.destroy();
      reject(lost.reason);
    };
    channel.once("close", (code?: number | null, signal?: string) => {
      lost.removeEventListener("abort", onLost);
      stdin.destroy();
      resolve({ code: code ?? undefined, signal });
    });
    if (lost.aborted) onLost();
    else lost.addEventListener("abort", onLost, { once: true });
  });
  ended.catch(() => {}); // whoever waits for it still gets it
  // Nobody reads what is still on its way to a command that has ended.
  channel.once("exit", () => stdin.destroy());
  return { stdin, stdout, stderr, ended, close };
}

function sessionRefused(transport: Transport, refused: ChannelRefused): SiteReleaseError {
  return new SiteReleaseError("session-refused", {
    action: "run a command",
    host: transport.host,
    observed: `sshd refused it (${refused.message})`,
    next: `Check MaxSessions in the host's sshd_config, the login shell of ${transport.user}, and options before its key in authorized_keys`,
  });
}
