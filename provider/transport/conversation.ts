import { randomBytes } from "node:crypto";
import { SiteReleaseError } from "../errors.ts";
import { Aside } from "./aside.ts";
import { lines } from "./lines.ts";
import { commandLine, DAMAGED, type ScriptInputs } from "./script.ts";
import type { Exit, Purpose, Session, Transport } from "./transport.ts";

/** What a script on the host came to. */
export interface Answer {
  /** The script's own word for how it ended well; absent when it failed. */
  readonly outcome?: string;
  /** Why it could not do its work: a reason to branch on, and one line for people. */
  readonly failure?: { readonly reason: string; readonly detail: string };
  readonly facts: ReadonlyMap<string, string>;
  readonly texts: ReadonlyMap<string, readonly string[]>;
}

/** What the client does while a script runs. */
export interface Listener {
  /** A step begins on the host; `said` is what the script has told so far. */
  step?(name: string, detail: string, said: Answer): void;
  /** The script waits for one line; `said` is what it has told so far. `over` aborts when nobody waits any more. */
  ask?(name: string, said: Answer, over: AbortSignal): Promise<string>;
  /** Writes what the script reads from standard input, and ends it. */
  payload?(stdin: Session["stdin"]): Promise<void>;
  /** What a command of the user's prints, as it comes; the script says when it begins. */
  output?(text: string): void;
  /** "answer" for a script that is to answer another one's question. @default "work" */
  readonly purpose?: Purpose;
  /** Breaks the conversation off with its reason: the script meets end of input. */
  readonly signal?: AbortSignal;
}

// What a script leaves running may hold its output open: after its last word nothing more is worth waiting for.
const GRACE_MS = 5000;

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
  const talk = new Talk(session, listener);
  const aside = new Aside(marker, listener.output);
  session.stderr.setEncoding("utf8").on("data", (text: string) => aside.hear(text));
  const quiet = closed(session.stderr);
  session.stderr.on("error", () => {}); // standard output breaks as well, and is listened to
  session.stdin.on("error", () => {}); // the end of the session says what happened
  const stop = (): void => talk.breakOff(listener.signal?.reason);
  listener.signal?.addEventListener("abort", stop, { once: true });
  if (listener.signal?.aborted) stop();
  try {
    talk.send();
    for await (const line of lines(session.stdout, transport.host)) {
      // A start-up file of the login shell may have left its last line open.
      const at = line.indexOf(`${marker} `);
      if (at !== -1) talk.hear(line.slice(at + marker.length + 1));
    }
    if (listener.output !== undefined) await quiet;
  } catch (error) {
    session.close();
    talk.breakOff(error);
  } finally {
    listener.signal?.removeEventListener("abort", stop);
    talk.finish();
  }
  const answer = talk.answer();
  if (answer !== undefined) return answer;
  throw silent(transport, await session.ended, aside.noise);
}

/** One conversation as it goes on. What is sent and what is heard go side by side: a script that fails early stops reading. */
class Talk {
  readonly #session: Session;
  readonly #listener: Listener;
  readonly #facts = new Map<string, string>();
  readonly #texts = new Map<string, string[]>();
  readonly #over = new AbortController();
  #end: Pick<Answer, "outcome" | "failure"> | undefined;
  #broken: { readonly error: unknown } | undefined;
  #grace: NodeJS.Timeout | undefined;

  constructor(session: Session, listener: Listener) {
    this.#session = session;
    this.#listener = listener;
  }

  send(): void {
    const { payload, ask } = this.#listener;
    // A command of the host's that reads by mistake must not wait for ever.
    if (payload === undefined && ask === undefined) this.#session.stdin.end();
    this.#listener.payload?.(this.#session.stdin).catch((error: unknown) => {
      // The script stopped reading: its own words, or its end, say why.
      if (!isClosedPipe(error)) this.breakOff(error);
    });
  }

  hear(message: string): void {
    const [kind = "", name = "", ...words] = message.split(" ");
    const rest = words.join(" ");
    if (kind === "fact") this.#facts.set(name, rest);
    else if (kind === "text") this.#text(name).push(rest);
    else if (kind === "step") this.#listener.step?.(name, rest, { facts: this.#facts, texts: this.#texts });
    else if (kind === "fail") this.#last({ failure: { reason: name, detail: printable(rest) } });
    else if (kind === "done") this.#last({ outcome: name });
    else if (kind === "ask") this.#answerTo(name);
  }

  /** The first reason counts: what follows from it is noise. */
  breakOff(error: unknown): void {
    this.#broken ??= { error };
    this.#session.close();
  }

  finish(): void {
    clearTimeout(this.#grace);
    this.#over.abort();
  }

  /** What the script came to, if it said so; else what broke the conversation off is thrown. */
  answer(): Answer | undefined {
    if (this.#end !== undefined) return { ...this.#end, facts: this.#facts, texts: this.#texts };
    if (this.#broken !== undefined) throw this.#broken.error;
    return undefined;
  }

  #text(name: string): string[] {
    const known = this.#texts.get(name);
    if (known !== undefined) return known;
    const fresh: string[] = [];
    this.#texts.set(name, fresh);
    return fresh;
  }

  #last(end: Pick<Answer, "outcome" | "failure">): void {
    this.#end ??= end;
    this.#grace ??= setTimeout(() => this.#session.close(), GRACE_MS);
  }

  /** Not waited for: a script whose patience ends says so while its question is still open. */
  #answerTo(name: string): void {
    const { ask = unasked } = this.#listener;
    ask(name, { facts: this.#facts, texts: this.#texts }, this.#over.signal).then(
      (answer) => {
        if (!this.#over.signal.aborted) this.#session.stdin.write(`${answer}\n`);
      },
      (error: unknown) => {
        if (!this.#over.signal.aborted) this.breakOff(error);
      },
    );
  }
}

/** Resolves when nothing more comes, for whatever reason. */
function closed(stream: Session["stderr"]): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["end", "close", "error"]) stream.once(event, () => resolve());
  });
}

function unasked(name: string): Promise<string> {
  return Promise.reject(new Error(`the script asks for ${name}, and nobody answers`));
}

function isClosedPipe(error: unknown): boolean {
  const codes = [
    "EPIPE",
    "ECONNRESET",
    "ERR_STREAM_PREMATURE_CLOSE",
    "ERR_STREAM_DESTROYED",
    "ERR_STREAM_WRITE_AFTER_END",
  ];
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

function silent(transport: Transport, exit: Exit, noise: string): SiteReleaseError {
  const damaged = exit.code === DAMAGED;
  const end = exit.signal === undefined ? `exit code ${exit.code ?? "unknown"}` : `signal ${exit.signal}`;
  const wrote = noise.trim() === "" ? "" : `, and wrote: ${printable(noise.trim())}`;
  return new SiteReleaseError(damaged ? "script-damaged" : "script-silent", {
    action: "run a script of this package",
    host: transport.host,
    observed: `${damaged ? "it did not arrive whole" : `it ended without a word (${end})`}${wrote}`,
    expected: "a POSIX shell as /bin/sh, with coreutils and gzip",
  });
}

/** A host's words as a terminal may show them. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a hostile host would steer the terminal with
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "?");
}
