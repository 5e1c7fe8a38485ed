import type { Duplex } from "node:stream";
import { ChannelRefused, channelDuplex } from "./channel.ts";
import { type Connection, type Hop, hopOf, INPUT_NAMES } from "./connection.ts";
import { dialDeadline, dialing, type Notice, openSocket, tooLate, Unreachable } from "./dial.ts";
import { hostTrust } from "./hostTrust.ts";
import { readKnownHosts } from "./knownHosts.ts";
import { type Link, logIn, sshCredentials } from "./ssh.ts";
import { SshTransport } from "./sshTransport.ts";

/** Connects and logs in, through the proxy if there is one. Everything that can be wrong on this machine is looked at first. */
export async function openSsh(connection: Connection, notice: Notice, names = INPUT_NAMES): Promise<SshTransport> {
  const { proxy, ...target } = connection;
  const files = readKnownHosts();
  const prepare = (hop: Hop) => ({ hop, trust: hostTrust(hop, files), credentials: sshCredentials(hop) });
  const last = prepare(hopOf(target, names.target));
  const first = proxy === undefined ? undefined : prepare(hopOf(proxy, names.proxy));
  if (first === undefined) {
    const [link, socket] = await dial(last, (deadline) => openSocket(last.hop, deadline), notice);
    return new SshTransport(link, socket, last.hop);
  }
  const [jump, socket] = await dial(first, (deadline) => openSocket(first.hop, deadline), notice);
  try {
    const [link] = await dial(last, (deadline) => through(jump, last.hop, deadline), notice);
    link.lost.addEventListener("abort", () => jump.end(), { once: true });
    return new SshTransport(link, socket, last.hop);
  } catch (error) {
    jump.end();
    throw error;
  }
}

interface Prepared {
  readonly hop: Hop;
  readonly trust: ReturnType<typeof hostTrust>;
  readonly credentials: ReturnType<typeof sshCredentials>;
}

function dial<Stream extends Duplex>(
  { hop, trust, credentials }: Prepared,
  open: (deadline: AbortSignal) => Promise<Stream>,
  notice: Notice,
): Promise<[Link, Stream]> {
  return dialing(
    hop,
    async () => {
      const deadline = dialDeadline(hop);
      const stream = await open(deadline);
      return [await logIn(stream, hop, trust, credentials, deadline), stream];
    },
    notice,
  );
}

async function through(jump: Link, hop: Hop, deadline: AbortSignal): Promise<Duplex> {
  const opening = jump.forward({ host: hop.host, port: hop.port });
  const late = new Promise<never>((_resolve, reject) => {
    deadline.addEventListener("abort", () => reject(tooLate(hop)), { once: true });
  });
  try {
    const channel = await Promise.race([opening, late]);
    channel.on("error", () => {}); // the stream made of it tells its own
    return channelDuplex(channel, jump.lost);
  } catch (error) {
    opening.then((channel) => channel.close()).catch(() => {}); // it may still come
    if (!(error instanceof ChannelRefused)) throw error;
    const prohibited = error.code === 1;
    throw new Unreachable(
      `the proxy ${prohibited ? "may not forward to it" : "cannot reach it"} (${error.message})`,
      !prohibited,
    );
  }
}
