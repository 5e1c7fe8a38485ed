import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { atEnd } from "../../tests/support/ending.ts";
import { root } from "./places.ts";

/** How a command ended. */
export interface Run {
  readonly code: number;
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command in the repository's root, with the environment that a person would export. */
export interface Command {
  readonly line: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** What is shown of a line of its output; absent: it runs unseen. */
  readonly show?: (line: string) => string | undefined;
}

// Far beyond any command of the demo: one that hangs must not hang the demo.
const LONGEST = 120_000;

/** Runs a command to its end. With something to show it prints the command as one would type it, and its output meanwhile. */
export async function run({ line, environment, show }: Command): Promise<Run> {
  if (show !== undefined) console.log(`$ ${line.join(" ")}`);
  const [program, ...args] = line;
  const begun = performance.now();
  // A process group of its own, so that what it has started ends with it.
  const child = spawn(program, args, {
    cwd: root,
    env: { ...ownEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, "SIGKILL");
  };
  const killNow = atEnd(kill);
  const timer = setTimeout(kill, LONGEST);
  let stdout = "";
  let stderr = "";
  createInterface({ input: child.stdout }).on("line", (text) => {
    stdout += `${text}\n`;
    const shown = show?.(text);
    if (shown !== undefined) console.log(`  ${shown}`);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exit, signal) =>
        exit === null
          ? reject(new Error(`${line.join(" ")} was ended by ${signal}\n${stdout}${stderr}`))
          : resolve(exit),
      );
    });
    return { code, seconds: (performance.now() - begun) / 1000, stdout, stderr };
  } finally {
    clearTimeout(timer);
    killNow();
  }
}

// A person's own Pulumi settings (another backend, another stack) stay out of the demo.
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PULUMI_")));
}
