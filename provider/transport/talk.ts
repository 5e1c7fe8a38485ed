import { SiteReleaseError } from "../errors.ts";
import { excerpt } from "../excerpt.ts";
import { garbled } from "./garbled.ts";
import type { Purpose, Session } from "./transport.ts";

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
  /** The words that the script may end well with; any other is no end. @default any */
  readonly outcomes?: readonly string[];
  /** A step begins on the host; `said` is what the script has told so far. */
  step?(name: string, detail: string, said: Answer): void;
  /** The script waits for one line; `said` is what it has told so far. `over` aborts when nobody waits any more. */
  ask?(name: string, said: Answer, over: AbortSignal): Promise<string>;
  /** Writes what the script reads from standard input, and ends it. */
  payload?(stdin: Session["stdin"]): Promise<void>;
  /** What a command of the user's prints, as it comes; the script says when it begins. */
  output?(text: string): void;
  /**
   * How long the host may neither say anything nor take anything of the payload, in seconds, the time apart that an answer takes here.
   * @default PATIENCE
   */
  readonly patience?: number;
  /** "answer" for a script that is to answer another one's question. @default "work" */
  readonly purpose?: Purpose;
  /** Breaks the conversation off with its reason: the script meets end of input. */
  readonly signal?: AbortSignal;
}

/**
 * In seconds. Between two words a script reads or removes whole releases, as fast as the host's disk is. What a plan lets the host wait for
 * comes on top: a host that hangs (a disk that is gone, a network file system) still answers its kernel's and sshd's questions.
 */
export const PATIENCE = 1800;

// A script of this package asks three times.
const MOST_QUESTIONS = 10;

// What a script leaves running may hold its outputs open: after its last word, or the end of one of them, nothing more is worth waiting for.
const GRACE_MS = 5000;

// Node takes a longer time for none (setTimeout).
const LONGEST_MS = 2 ** 31 - 1;

/** One conversation as it goes on. What is sent and what is heard go side by side: a script that fails early stops reading. */
export class Talk {
  readonly #session: Session;
  readonly #listener: Listener;
  readonly #host: string;
  readonly #facts = new Map<string, string>();
  readonly #texts = new Map<string, string[]>();
  readonly #over = new AbortController();
  readonly #patience: number;
  #silence: NodeJS.Timeout | undefined;
  #end: Pick<Answer, "outcome" | "failure"> | undefined;
  #broken: { readonly error: unknown } | undefined;
  #grace: NodeJS.Timeout | undefined;
  #questions = 0;
  #isAsked = false;

  constructor(session: Session, listener: Listener, host: string) {
    this.#session = session;
    this.#listener = listener;
    this.#host = host;
    this.#patience = listener.patience ?? PATIENCE;
  }

  send(): void {
    const { payload, ask } = this.#listener;
    this.#listen();
    // A command of the host's that reads by mistake must not wait for ever.
    if (payload === undefined && ask === undefined) this.#session.stdin.end();
    // It takes what is sent: over a slow link that is all that is seen of it for a long time.
    this.#session.stdin.on("drain", () => this.#listen());
    payload?.(this.#session.stdin).catch((error: unknown) => {
      // The script stopped reading: its own words, or its end, say why.
      if (!isClosedPipe(error)) this.breakOff(error);
    });
  }

  hear(message: string): void {
    this.#listen();
    const [kind = "", name = "", ...words] = message.split(" ");
    const rest = words.join(" ");
    if (kind === "fact") this.#facts.set(name, rest);
    else if (kind === "text") this.#text(name).push(rest);
    else if (kind === "step") this.#listener.step?.(name, rest, { facts: this.#facts, texts: this.#texts });
    else if (kind === "fail") this.#last({ failure: { reason: name, detail: rest } });
    else if (kind === "done") this.#done(name);
    else if (kind === "ask") this.#answerTo(name);
  }

  /** Standard output has ended. */
  closing(): void {
    clearTimeout(this.#silence);
    this.#grace ??= setTimeout(() => this.#session.close(), GRACE_MS);
  }

  /** The first reason counts: what follows from it is noise. */
  breakOff(error: unknown): void {
    this.#broken ??= { error };
    this.#session.close();
  }

  finish(): void {
    clearTimeout(this.#silence);
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

  #done(outcome: string): void {
    const { outcomes } = this.#listener;
    if (outcomes === undefined || outcomes.includes(outcome)) this.#last({ outcome });
    else this.breakOff(garbled(this.#host, `it ended with "${excerpt(outcome, 50)}"`));
  }

  #last(end: Pick<Answer, "outcome" | "failure">): void {
    this.#end ??= end;
    this.closing();
  }

  /** The host was heard, or is to be from now on. While it waits for an answer it has nothing to say. */
  #listen(): void {
    clearTimeout(this.#silence);
    if (this.#isAsked || this.#grace !== undefined || this.#over.signal.aborted) return;
    const lost = (): void => this.breakOff(fellSilent(this.#host, this.#patience));
    this.#silence = setTimeout(lost, Math.min(this.#patience * 1000, LONGEST_MS));
  }

  /** Not waited for: a script whose patience ends says so while its question is still open. */
  #answerTo(name: string): void {
    if (this.#end !== undefined) return;
    this.#questions += 1;
    const { ask } = this.#listener;
    if (ask === undefined) this.breakOff(garbled(this.#host, "it asks what is not its to ask"));
    // Each question may cost requests to the site, and the host a connection.
    else if (this.#isAsked || this.#questions > MOST_QUESTIONS)
      this.breakOff(garbled(this.#host, "it asks without end"));
    if (ask === undefined || this.#broken !== undefined) return;
    this.#isAsked = true;
    clearTimeout(this.#silence);
    ask(name, { facts: this.#facts, texts: this.#texts }, this.#over.signal).then(
      (answer) => {
        this.#isAsked = false;
        this.#listen();
        if (!this.#over.signal.aborted) this.#session.stdin.write(`${answer}\n`);
      },
      (error: unknown) => {
        if (!this.#over.signal.aborted) this.breakOff(error);
      },
    );
  }
}

function fellSilent(host: string, seconds: number): SiteReleaseError {
  return new SiteReleaseError("script-hangs", {
    action: "run a script of this package",
    host,
    observed: `it has said nothing for ${Math.round(seconds)} s`,
    expected: "its next word",
    done: "the script's input was ended, at which it restores what it has begun",
    next: "See what hangs there (ps -ef --forest; a disk or a network file system that does not answer), and run it again",
  });
}

function isClosedPipe(error: unknown): boolean {
  const codes = [
    "EPIPE",
    "ECONNRESET",
    "ECANCELED", // it waited to be written when the pipe was closed
    "ERR_STREAM_PREMATURE_CLOSE",
    "ERR_STREAM_DESTROYED",
    "ERR_STREAM_WRITE_AFTER_END",
  ];
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
