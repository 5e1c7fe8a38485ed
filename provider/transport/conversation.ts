import { randomBytes } from "node:crypto";
import { SiteReleaseError } from "../errors.ts";
import { printable } from "../excerpt.ts";
import { Aside } from "./aside.ts";
import { lines } from "./lines.ts";
import { commandLine, DAMAGED, type ScriptInputs } from "./script.ts";
import { type Answer, type Listener, Talk } from "./talk.ts";
import type { Exit, Session, Transport } from "./transport.ts";

export type { Answer, Listener } from "./talk.ts";

/** Runs one of our scripts (host/protocol.sh has its words) and holds its conversation to the end. */
export async function converse(
  transport: Transport,
  script: string,
  inputs: ScriptInputs,
  listener: Listener = {},
): Promise<Answer> {
  listener.signal?.throwIfAborted();
  const marker = randomBytes(9).toString("hex");
  const session = await transport.start(commandLine(script, { marker, ...inputs }), listener.purpose);
  const talk = new Talk(session, listener, transport.host);
  const aside = new Aside(marker, listener.output);
  session.stderr.setEncoding("utf8").on("data", (text: string) => aside.hear(text));
  const quiet = closed(session.stderr);
  session.stderr.on("error", () => {}); // standard output breaks as well, and is listened to
  session.stdin.on("error", () => {}); // the end of the session says what happened
  session.ended.catch(() => {}); // likewise, and nobody may come to wait for it
  const stop = (): void => talk.breakOff(listener.signal?.reason);
  listener.signal?.addEventListener("abort", stop, { once: true });
  if (listener.signal?.aborted) stop();
  try {
    talk.send();
    for await (const line of lines(session.stdout, transport.host)) {
      // A start-up file of the login shell may have left its last line open.
      const at = line.indexOf(`${marker} `);
      if (at !== -1) talk.hear(printable(line.slice(at + marker.length + 1)));
    }
    talk.closing();
    if (listener.output !== undefined) {
      await quiet;
      aside.end();
    }
    const answer = talk.answer();
    if (answer !== undefined) return answer;
    const ended = await session.ended;
    aside.end();
    throw silent(transport, ended, aside.noise);
  } catch (error) {
    talk.breakOff(error);
    const answer = talk.answer();
    if (answer !== undefined) return answer;
    throw error;
  } finally {
    listener.signal?.removeEventListener("abort", stop);
    talk.finish();
  }
}

/** Resolves when nothing more comes, for whatever reason. */
function closed(stream: Session["stderr"]): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["end", "close", "error"]) stream.once(event, () => resolve());
  });
}

function silent(transport: Transport, exit: Exit, noise: string): SiteReleaseError {
  const damaged = exit.code === DAMAGED;
  const end = exit.signal === undefined ? `exit code ${exit.code ?? "unknown"}` : `signal ${exit.signal}`;
  const wrote = noise.trim() === "" ? "" : `, and wrote: ${noise.trim()}`;
  return new SiteReleaseError(damaged ? "script-damaged" : "script-silent", {
    action: "run a script of this package",
    host: transport.host,
    observed: `${damaged ? "it did not arrive whole" : `it ended without a word (${end})`}${wrote}`,
    expected: "a POSIX shell as /bin/sh, with coreutils and gzip",
  });
}
