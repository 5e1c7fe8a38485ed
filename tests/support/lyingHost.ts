import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { gunzipSync } from "node:zlib";
import type { Exit, Session, Transport } from "../../provider/transport/transport.ts";

/** One session as the host has it: what it says, and when. */
export interface HostSide {
  /** What each line of the script's protocol begins with. */
  readonly marker: string;
  /** Says one line of the protocol. */
  say(message: string): Promise<void>;
  /** Writes bytes, as fast as they are read; false when nobody reads any more. */
  write(bytes: string | Uint8Array, stream?: "stdout" | "stderr"): Promise<boolean>;
  /** Ends one of the outputs. */
  close(stream: "stdout" | "stderr"): void;
  /** The command has ended. */
  end(exit?: Partial<Exit>): void;
  /** From now on nothing of what the client writes is taken, but by `take`. */
  hold(): void;
  /** Takes one piece. */
  take(): void;
}

/** A host that may say anything; a session whose `behave` returns stays as it is left, silent and open. */
export function lyingHost(
  behave: (host: HostSide) => Promise<void>,
  connect: Transport["connect"] = () => Promise.reject(new Error("these tests make no connections")),
): Transport {
  return {
    host: "web1",
    user: "deploy",
    hostKey: undefined,
    connect,
    start: (command) => {
      const { session, side } = opened(markerIn(command));
      void behave(side);
      return Promise.resolve(session);
    },
  };
}

function opened(marker: string): { readonly session: Session; readonly side: HostSide } {
  let isHeld = false;
  let taken = (): void => {};
  const stdin = new Writable({
    write(_chunk, _encoding, done): void {
      taken = done;
      if (!isHeld) done();
    },
  });
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  for (const stream of [stdin, ...Object.values(outputs)]) stream.on("error", () => {});
  let finish = (_exit: Exit): void => {};
  const ended = new Promise<Exit>((resolve) => {
    finish = resolve;
  });
  const write: HostSide["write"] = async (bytes, name = "stdout") => {
    const stream = outputs[name];
    if (stream.destroyed || stream.writableEnded) return false;
    if (!stream.write(bytes)) await Promise.race([once(stream, "drain"), once(stream, "close")]).catch(() => {});
    return !stream.destroyed;
  };
  return {
    session: {
      stdin,
      ...outputs,
      ended,
      close: () => {
        for (const stream of [stdin, outputs.stdout, outputs.stderr]) stream.destroy();
        finish({ code: undefined, signal: undefined });
      },
    },
    side: {
      marker,
      write,
      say: async (message) => void (await write(`${marker} ${message}\n`)),
      close: (name) => void outputs[name].end(),
      end: ({ code, signal } = { code: 0 }) => {
        for (const stream of Object.values(outputs)) stream.end();
        stdin.destroy();
        finish({ code, signal });
      },
      hold: () => {
        isHeld = true;
      },
      take: () => taken(),
    },
  };
}

/** "" for a program of the host's own. */
function markerIn(command: string): string {
  const [, packed] = /printf %s (\S+) \|/.exec(command) ?? [];
  if (packed === undefined) return "";
  return /^marker='(.*)'$/m.exec(gunzipSync(Buffer.from(packed, "base64")).toString("utf8"))?.[1] ?? "";
}
