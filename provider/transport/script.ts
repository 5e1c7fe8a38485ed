import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { SiteReleaseError } from "../errors.ts";

/** The variables a script starts with; their names are ours, their values anybody's. */
export type ScriptInputs = Readonly<Record<string, string>>;

/** The exit code of a script that did not arrive whole. */
export const DAMAGED = 97;

// Linux takes 128 KiB for one argument, its final NUL included (execve(2), MAX_ARG_STRLEN), and a login shell gets the line as one.
const LONGEST_LINE = 128 * 1024 - 1;

/** One word for a POSIX shell, whatever it holds. */
export function quote(word: string): string {
  if (word.includes("\0")) throw new Error("a word for a shell cannot hold a NUL character");
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A script of `host/`, as the build joined it. */
export function hostScript(name: string): string {
  return readFileSync(join(__dirname, "..", "host", `${name}.sh`), "utf8");
}

/**
 * One command line that runs `script` with `inputs` in whatever login shell the user has. It holds neither a backslash, a quote
 * besides its own, nor a line end: fish rewrites backslashes in single quotes, and tcsh breaks on quoted line ends. The script
 * arrives whole or not at all (gzip checks it, and its length is compared), and standard input stays free for what the script reads. It is compressed, to a
 * third: a new connection's first packets hold no more (RFC 6928).
 */
export function commandLine(script: string, inputs: ScriptInputs): string {
  const text = Buffer.from((assignments(inputs) + script).trimEnd(), "utf8");
  const loader = `LC_ALL=C; export LC_ALL; s=$(printf %s ${gzipSync(text, { level: 9 }).toString("base64")} | base64 -d | gzip -d) && test \${#s} -eq ${text.length} || exit ${DAMAGED}; eval "$s"`;
  const line = `exec /bin/sh -c '${loader}'`;
  if (line.length > LONGEST_LINE)
    throw new SiteReleaseError("script-too-long", {
      action: "run a script of this package",
      observed: `it and its inputs make a command line of ${line.length} bytes`,
      expected: `at most ${LONGEST_LINE}, which a host takes`,
      done: "nothing was changed",
      next: "Put long commands into files of the release, and name those",
    });
  return line;
}

/** The lines that set a script's variables. */
export function assignments(inputs: ScriptInputs): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${variable(name)}=${quote(value)}\n`)
    .join("");
}

function variable(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`"${name}" is no name of a shell variable`);
  return name;
}
