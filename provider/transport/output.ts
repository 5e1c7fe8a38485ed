import { excerpt } from "../excerpt.ts";

const KEPT_BYTES = 64 * 1024;
const LAST_LINES = 5;
const LINE = 200;
const TRACE_LINES = 200;
/** What PHP, its frameworks and most programs say where something went wrong, and how a line of a stack trace begins. */
const ALARM = /exception|error|fatal|SQLSTATE/i;
const FRAME = /^\s*(?:#\d|at |\d+ |thrown in|stack trace)/i;

/** What a command of the user's prints: its lines as they come, and in the end the last 64 kB of it. */
export class Output {
  readonly #tell: (line: string) => void;
  #text = "";
  #open = "";

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  hear(text: string): void {
    this.#text = (this.#text + text).slice(-KEPT_BYTES);
    const lines = (this.#open + text).split("\n");
    this.#open = (lines.pop() ?? "").slice(-LINE);
    for (const line of lines) if (line.trim() !== "") this.#tell(excerpt(line, LINE));
  }

  get text(): string {
    const bytes = Buffer.from(this.#text);
    if (bytes.length <= KEPT_BYTES) return bytes.toString("utf8");
    // The cut may go through a character.
    return bytes
      .subarray(-KEPT_BYTES)
      .toString("utf8")
      .replace(/^\uFFFD+/, "");
  }

  /** ", and printed last: …", or nothing when it printed nothing; for an error. A stack trace has its message before it. */
  get lastWords(): string {
    const lines = this.text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length === 0) return "";
    const message = lines.slice(-TRACE_LINES, -LAST_LINES).findLast((line) => ALARM.test(line) && !FRAME.test(line));
    const told = [...(message === undefined ? [] : [message.trimStart(), "…"]), ...lines.slice(-LAST_LINES)];
    return `, and printed last: ${told.map((line) => excerpt(line.trimEnd(), LINE)).join(" | ")}`;
  }
}
