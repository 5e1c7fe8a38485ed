import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Failure, failureMessage } from "../../provider/errors.ts";

const provider = join(__dirname, "../../../provider");

/** Words of files of the package's source, with "…" for what differs: throws if the files no longer have them. */
export function quoted(text: string, ...files: readonly string[]): string {
  const source = files.map((file) => oneLine(readFileSync(join(provider, file), "utf8"))).join("\n");
  for (const part of text.split("…")) {
    const words = oneLine(part);
    if (!source.includes(words)) throw new Error(`${files.join(" and ")} of provider/ no longer say "${words}"`);
  }
  return text;
}

/** An error whose parts are quoted so. */
export function quotedError(failure: Failure, ...files: readonly string[]): string {
  for (const part of Object.values(failure)) quoted(part, ...files);
  return failureMessage(failure);
}

// A text may stand in several lines of code, and its quotes have a backslash in a string.
function oneLine(text: string): string {
  return text
    .replace(/\\(["'`])/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

/** What a script of the host's says with a reason: what it observed, and what to do. */
export interface HostWords {
  readonly reason: string;
  readonly observed: string;
  /** What is to be done, or the name of a need (provider/needs.ts) and its words. */
  readonly next?: string;
  readonly lack?: string;
}

/**
 * What `refuse`, `lack` or `fail` in a file of provider/host says with a reason; of several the one whose text has `words`. What the shell
 * puts in is taken from `values`, by its own expression: each must be there.
 */
export function hostWords(
  file: string,
  reason: string,
  words: string,
  values: Readonly<Record<string, string>>,
): HostWords {
  const source = readFileSync(join(provider, "host", file), "utf8").replace(/\\\n\s*/g, "");
  const calls = [...source.matchAll(new RegExp(`\\b(refuse|lack|fail) ${reason} (.*)$`, "gm"))];
  for (const [, how = "", rest = ""] of calls) {
    const all = shellWords(rest);
    if (!all[0]?.includes(words)) continue;
    const [observed = "", ...more] = all.map((word) => filled(word, values));
    const told = { reason, observed };
    if (how === "refuse") return { ...told, next: more[0] ?? "" };
    return how === "lack" ? { ...told, lack: more.join(" ") } : told;
  }
  throw new Error(`provider/host/${file} has no "${reason}" that says "${words}"`);
}

/** The words of a line of sh, up to its end or to what follows the command. */
function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  const word = /^\s*("((?:[^"\\$]|\\.|\$\{[^}]*\}|\$\((?:[^()"]|\([^()]*\)|"[^"]*")*\)|\$\w+|\$)*)"|[\w./-]+)/;
  let rest = line;
  for (let found = word.exec(rest); found !== null; found = word.exec(rest)) {
    words.push(found[2] ?? found[1] ?? "");
    rest = rest.slice(found[0].length);
  }
  return words;
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  const expression = /\$\{[^}]*\}|\$\((?:[^()"]|\([^()]*\)|"[^"]*")*\)|\$\w+/g;
  return text.replaceAll(expression, (found) => {
    const value = values[found];
    if (value === undefined) throw new Error(`what is ${found}, in "${text}"?`);
    return value;
  });
}
