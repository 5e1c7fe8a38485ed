import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SiteReleaseError } from "../errors.ts";
import { type Hop, hopName } from "./connection.ts";

/** An attempt to connect that ended before the host was recognised; `again`: the next one may do better. */
export class Unreachable extends Error {
  readonly again: boolean;

  constructor(observed: string, again: boolean) {
    super(observed);
    this.again = again;
  }
}

/** Says what goes on while somebody waits. */
export type Notice = (text: string) => void;

const FIRST_PAUSE = 0.5;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE = 5;

/** Attempts until one succeeds or there were too many: a host that boots is worth waiting for, a wrong key is not. */
export async function dialing<T>(hop: Hop, attempt: () => Promise<T>, notice: Notice): Promise<T> {
  const limit = hop.dialErrorLimit === -1 ? Number.POSITIVE_INFINITY : Math.max(1, hop.dialErrorLimit);
  let pause = FIRST_PAUSE;
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (!error.again || count >= limit) throw unreachable(hop, error, count);
      notice(`connecting to ${hopName(hop)}: ${error.message}; attempt ${count + 1} follows`);
    }
    await sleep(pause * 1000);
    pause = Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE);
  }
}

/** One attempt's end: aborts after the hop's perDialTimeout. */
export function dialDeadline(hop: Hop): AbortSignal {
  return hop.perDialTimeout === 0 ? new AbortController().signal : AbortSignal.timeout(hop.perDialTimeout * 1000);
}

export function tooLate(hop: Hop): Unreachable {
  return new Unreachable(`it did not answer within ${hop.perDialTimeout} s`, true);
}

/** A TCP connection without Nagle's delay, which costs 40 ms for each small exchange. */
export function openSocket(hop: Hop, deadline: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hop.host, port: hop.port, noDelay: true });
    const giveUp = (): void => {
      socket.destroy();
      reject(tooLate(hop));
    };
    deadline.addEventListener("abort", giveUp, { once: true });
    socket.once("error", (error) => {
      deadline.removeEventListener("abort", giveUp);
      reject(socketFailure(error));
    });
    socket.once("connect", () => {
      deadline.removeEventListener("abort", giveUp);
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

/** What an error of the operating system means for a person. */
export function socketFailure(error: Error): Unreachable {
  const code = "code" in error ? String(error.code) : error.message;
  switch (code) {
    case "ECONNREFUSED":
      return new Unreachable("the connection was refused: nothing listens on that port", true);
    case "ENOTFOUND":
      return new Unreachable("its name is not known", false);
    case "EAI_AGAIN":
      return new Unreachable("its name could not be looked up: no name server answered", true);
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return new Unreachable("there is no way to it in the network", true);
    case "ETIMEDOUT":
      return new Unreachable("it did not answer", true);
    case "ECONNRESET":
    case "EPIPE":
      return new Unreachable("it closed the connection before it said who it is", true);
    default:
      return new Unreachable(`the connection failed (${code})`, true);
  }
}

function unreachable(hop: Hop, last: Unreachable, count: number): SiteReleaseError {
  return new SiteReleaseError(
    "unreachable",
    {
      action: `connect to ${hopName(hop)}`,
      observed: last.message,
      expected: "an SSH server",
      ...(count > 1 && { done: `gave up after ${count} attempts` }),
      next: `Check ${hop.names.host} and ${hop.names.port}, that the machine runs, and that no firewall stands between`,
    },
    { cause: last },
  );
}
