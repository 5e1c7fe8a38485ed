import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { atEnd } from "../../tests/support/ending.ts";
import { family } from "../../tests/support/processes.ts";
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

// Pulumi starts its plugins in process groups of their own: all that a command has started is found by this in its environment.
const marker = { name: "SITE_RELEASE_DEMO", value: String(process.pid) };

// Far beyond any command of the demo: one that hangs must not hang the demo.
const LONGEST = 120_000;

/** Runs a command to its end. With something to show it prints the command as one would type it, and its output meanwhile. */
export async function run({ line, environment, show }: Command): Promise<Run> {
  if (show !== undefined) console.log(`$ ${line.join(" ")}`);
  const [program, ...args] = line;
  const begun = performance.now();
  const child = spawn(program, args, {
    cwd: root,
    env: { ...ownEnvironment(), ...environment, [marker.name]: marker.value },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // Ctrl-C is for the demo, which ends it then
  });
  const end = atEnd(endStarted);
  const timer = setTimeout(endStarted, LONGEST);
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
      child.once("error", ({ message }) =>
        reject(new Error(`${program} cannot be started (${message}); npm run demo has it on its PATH`)),
      );
      child.once("close", (exit, signal) =>
        exit === null
          ? reject(new Error(`${line.join(" ")} was ended by ${signal}\n${stdout}${stderr}`))
          : resolve(exit),
      );
    });
    return { code, seconds: (performance.now() - begun) / 1000, stdout, stderr };
  } finally {
    clearTimeout(timer);
    end();
  }
}

function endStarted(): void {
  const deadline = Date.now() + 5000;
  for (;;) {
    const started = family([], `${marker.name}=${marker.value}`);
    if (started.length === 0) return;
    if (Date.now() > deadline) throw new Error(`process ${started[0]?.pid} does not end`);
    for (const { pid } of started) kill(pid);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error; // else it has ended by itself
  }
}

// A person's own Pulumi settings (another backend, another stack) stay out of the demo.
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PULUMI_")));
}
