import { Duplex, Readable, Writable } from "node:stream";

/** A channel as the SSH library gives it. Its own end is not Node's: see each function here. */
export interface Channel extends Duplex {
  readonly stderr: Readable;
  close(): void;
}

/** A channel that the host did not open. */
export class ChannelRefused extends Error {
  /** RFC 4254 5.1: 1 prohibited, 2 connect failed, 3 unknown type, 4 shortage; undefined when the host refused what runs in it. */
  readonly code: number | undefined;

  constructor(message: string, code: number | undefined) {
    super(message);
    this.code = code;
  }
}

/** What a command writes: kept until it is read. */
export function output(from: Readable, lost: AbortSignal): Readable {
  let more = (): void => {};
  const to = new Readable({ highWaterMark: 0, read: () => more() });
  more = feed(from, to, lost);
  to.on("error", () => {}); // whoever reads is told; a stream that nobody reads must not end the process
  return to;
}

/** What the host reads on a channel. Destroying it is the host's end of input too, as with a pipe. */
export function channelInput(channel: Channel): Writable {
  const to = new Writable({
    ...sink(channel),
    destroy: (error, done) => {
      channel.end();
      done(error);
    },
  });
  to.on("error", () => {}); // whoever writes is told
  return to;
}

/** A forwarded connection as one ordinary stream; destroying it closes the channel. */
export function channelDuplex(channel: Channel, lost: AbortSignal): Duplex {
  let more = (): void => {};
  const { write, final, abandon } = sink(channel);
  const to = new Duplex({
    readableHighWaterMark: 0,
    read: () => more(),
    write,
    final,
    destroy: (error, done) => {
      channel.close();
      channel.resume();
      done(error);
    },
  });
  more = feed(channel, to, lost);
  to.on("error", () => {}); // as above
  channel.once("close", () => {
    if (!abandon() && !to.writableEnded) to.end();
  });
  return to;
}

/**
 * Hands everything over as fast as it is read, and breaks off after the last byte if the connection was lost: ssh2 ends the output of
 * its channels then as if all had come. A high-water mark of 0 makes the break come after what was received.
 */
function feed(from: Readable, to: Readable, lost: AbortSignal): () => void {
  let ended = false;
  from.on("data", (chunk: Buffer) => {
    if (!to.destroyed && !to.push(chunk)) from.pause();
  });
  const finish = (): void => {
    if (!lost.aborted) to.push(null);
    else if (to.readableLength === 0) to.destroy(lost.reason);
  };
  from.once("end", () => {
    ended = true;
    finish();
  });
  to.once("close", () => from.resume());
  return () => {
    if (ended) finish();
    else from.resume();
  };
}

/** The writing half. ssh2 never calls back for what it holds when the host closes the channel: `abandon` does. */
function sink(channel: Channel) {
  let waiting: ((error?: Error) => void) | undefined;
  return {
    write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
      waiting = done;
      channel.write(chunk, (error) => {
        waiting = undefined;
        done(error ?? undefined);
      });
    },
    final(done: () => void): void {
      channel.end();
      done();
    },
    abandon(): boolean {
      const left = waiting;
      waiting = undefined;
      left?.(Object.assign(new Error("the other end has closed the connection"), { code: "EPIPE" }));
      return left !== undefined;
    },
  };
}
