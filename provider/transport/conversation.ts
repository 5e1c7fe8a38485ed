import { randomBytes } from "node:crypto";
import { SiteReleaseError } from "../errors.ts";
import { commandLine, DAMAGED, type ScriptInputs } from "./script.ts";
import type { Session, Transport } from "./transport.ts";

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
  /** A step begins on the host. */
  step?(name: string, detail: string): void;
  /** The script waits for one line; `said` is what it has told so far. */
  ask?(name: string, said: Answer): Promise<string>;
  /** Writes what the script reads from standard input, and ends it. */
  payload?(stdin: Session["stdin"]): Promise<void>;
}

// A host that floods is cut off instead of filling the memory.
const LONGEST_LINE = 64 * 1024;
const LONGEST_TALK = 32 * 1024 * 1024;
const KEPT_NOISE = 4096;

/** Runs one of our scripts (host/protocol.sh has its words) and holds its conversation to the end. */
export async function converse(
  transport: Transport,
  script: string,
  inputs: ScriptInputs,
  listener: Listener = {},
): Promise<Answer> {
  const marker = randomBytes(9).toString("hex");
  const session = await transport.start(commandLine(script, { marker, ...inputs }));
  const facts = new Map<string, string>();
  const texts = new Map<string, string[]>();
  let end: Pick<Answer, "outcome" | "failure"> | undefined;
  let noise = "";
  session.stderr.on("data", (chunk: Buffer) => {
    noise = (noise + chunk.toString("utf8")).slice(-KEPT_NOISE);
  });
  session.stdin.on("error", () => {}); // the end of the session says what happened

  // What is sent and what is heard go on side by side: a script that fails early stops reading.
  const sent = listener.payload?.(session.stdin).catch((error: unknown) => {
    session.close();
    throw error;
  });
  sent?.catch(() => {});
  try {
    for await (const line of lines(session.stdout)) {
      const [mark, kind = "", name = "", ...words] = line.split(" ");
      if (mark !== marker) continue;
      const rest = words.join(" ");
      if (kind === "fact") facts.set(name, rest);
      else if (kind === "text") texts.set(name, [...(texts.get(name) ?? []), rest]);
      else if (kind === "step") listener.step?.(name, rest);
      else if (kind === "fail") end = { failure: { reason: name, detail: rest } };
      else if (kind === "done") end = { outcome: name };
      else if (kind === "ask") {
        const answer = await (listener.ask ?? unasked)(name, { facts, texts });
        session.stdin.write(`${answer}\n`);
      }
    }
    if (end === undefined) await sent;
  } catch (error) {
    session.close();
    throw error;
  }
  const exit = await session.ended;
  if (end !== undefined) return { ...end, facts, texts };
  throw new SiteReleaseError(exit.code === DAMAGED ? "script-damaged" : "script-silent", {
    action: "run a script of this package",
    host: transport.host,
    observed: `${exit.code === DAMAGED ? "it did not arrive whole" : `it ended without a word (${ending(exit)})`}${noise === "" ? "" : `, and wrote: ${noise.trim()}`}`,
    expected: "a POSIX shell as /bin/sh, with coreutils",
  });
}

function unasked(name: string): Promise<string> {
  return Promise.reject(new Error(`the script asks for ${name}, and nobody answers`));
}

function ending(exit: Awaited<Session["ended"]>): string {
  return exit.signal === undefined ? `exit code ${exit.code ?? "unknown"}` : `signal ${exit.signal}`;
}

async function* lines(stream: Session["stdout"]): AsyncGenerator<string> {
  let rest = "";
  let total = 0;
  stream.setEncoding("utf8");
  for await (const chunk of stream as AsyncIterable<string>) {
    total += chunk.length;
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > LONGEST_LINE || total > LONGEST_TALK)
      throw new Error("the host says more than a script of ours ever would");
    yield* parts;
  }
  if (rest !== "") yield rest;
}
