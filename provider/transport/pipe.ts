import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { excerpt } from "../excerpt.ts";
import { commandLine, hostScript } from "./script.ts";
import type { Address, Session, Transport } from "./transport.ts";

/** A program on the host that could not connect, or none that could try. */
export class PipeRefused extends Error {
  /** The program that tried; absent: the host has none that could. */
  readonly through: string | undefined;

  constructor(message: string, through?: string) {
    super(message);
    this.through = through;
  }
}

// Start-up files of a login shell may print before us, but not for ever.
const LONGEST_NOISE = 64 * 1024;

/** A connection from the host that a program there holds, since sshd forbids forwarding. Its end is the command's: it is never half closed. */
export class Pipe extends Duplex {
  /** The program, as in "perl". */
  readonly through: string;
  readonly #session: Session;

  /** `begun` is what has come already. */
  constructor(session: Session, through: string, begun: Buffer) {
    super({ readableHighWaterMark: 0 });
    this.through = through;
    this.#session = session;
    const { stdin, stdout } = session;
    if (begun.length > 0) this.push(begun);
    stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause();
    });
    stdout.once("end", () => this.push(null));
    stdout.on("error", (error) => this.destroy(error));
    stdin.on("error", (error) => this.destroy(error));
    this.on("error", () => {}); // whoever reads or writes is told
  }

  override _read(): void {
    this.#session.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#session.stdin.write(chunk, done);
  }

  // The end of input ends the program, with what is still to come.
  override _final(done: (error?: Error | null) => void): void {
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#session.close();
    done(error);
  }
}

/** How a connection came about where sshd forwards none: in words, for people; undefined for a plain one. */
export function detourOf(connection: Duplex): string | undefined {
  return connection instanceof Pipe
    ? `through ${connection.through} on the host, since sshd forbids forwarding`
    : undefined;
}

/** Connects by a program on the host, over a session: sshd allows few of them, so each is to be short. */
export async function openPipe(transport: Pick<Transport, "start">, address: Address): Promise<Pipe> {
  const marker = randomBytes(9).toString("hex");
  const place =
    "socket" in address
      ? { place: address.socket, place_port: "" }
      : { place: address.host, place_port: String(address.port) };
  const line = commandLine(hostScript("pipe"), { marker, ...place, ...programs() });
  const session = await transport.start(line, "answer");
  session.stderr.resume();
  session.stdin.on("error", () => {}); // what the program says, or its end, says why
  try {
    const { words, rest } = await firstWords(session, `${marker} `);
    const [word = "", name = "", ...detail] = words.split(" ");
    if (word === "done") return new Pipe(session, name, rest);
    if (name === "pipe-missing") throw new PipeRefused("the host has no program to connect with");
    const [through = "", ...why] = detail;
    throw new PipeRefused(excerpt(why.join(" ")), through);
  } catch (error) {
    session.close();
    throw error;
  }
}

/** What the script says first, and what has come behind it. */
async function firstWords(session: Session, mark: string): Promise<{ words: string; rest: Buffer }> {
  let heard: Buffer = Buffer.alloc(0);
  for await (const chunk of session.stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    heard = Buffer.concat([heard, chunk]);
    const start = heard.indexOf(mark);
    const end = start === -1 ? -1 : heard.indexOf("\n", start);
    if (end !== -1)
      return { words: heard.subarray(start + mark.length, end).toString("utf8"), rest: heard.subarray(end + 1) };
    if (heard.length > LONGEST_NOISE) break;
  }
  throw new PipeRefused("no word of the script's own", "the login shell");
}

function programs() {
  const text = (name: string): string =>
    readFileSync(join(__dirname, "..", "host", name), "utf8")
      .replace(/^\s*(#|\/\/).*\n/gm, "")
      .trimEnd();
  return { perl_text: text("pipe.pl"), python_text: text("pipe.py"), php_text: text("pipe.php") };
}
