import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./command.ts";
import { family, processOf } from "./processes.ts";

// The commands of a sandbox's SSH sessions start with this in their environment: they are found by it when their sshd is gone.
// Daemons are found by their pid, since they write their titles over their environment.
export function environmentOf(dir: string): string {
  return `SITE_RELEASE_SANDBOX=${dir}`;
}

const prefix = "site-release-sandbox";

/** A name for a new sandbox's directory that tells whose it is. */
export function dirPrefix(): string {
  return join(tmpdir(), `${prefix}-${process.pid}-`);
}

/** Removes the directories that killed processes left. */
export function sweepDirs(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${prefix}-(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && processOf(Number(pid)) === undefined) endAll(join(tmpdir(), name));
  }
}

/** A server that runs in the foreground, from a sandbox's directory. */
export class Daemon {
  readonly #dir: string;
  readonly #name: string;
  readonly #command: readonly string[];
  readonly #there: number | string;
  #child: ChildProcess | undefined;

  /** It is there when it accepts connections at `there`: a port on loopback, or a socket. */
  constructor(dir: string, name: string, command: readonly string[], there: number | string) {
    this.#dir = dir;
    this.#name = name;
    this.#command = command;
    this.#there = there;
  }

  /** While it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const path = join(this.#dir, this.#name, "output");
    const output = openSync(path, "w");
    const [program = "", ...args] = this.#command;
    const [variable = "", value] = environmentOf(this.#dir).split("=");
    const settings = `:${join(this.#dir, "php/conf.d")}`; // the leading colon keeps the machine's own
    const env = { PATH: process.env.PATH, LC_ALL: "C.UTF-8", PHP_INI_SCAN_DIR: settings, [variable]: value };
    // Each in a group of its own: Ctrl-C is for the program that started the sandbox, which ends it then.
    const child = spawn(program, args, { cwd: this.#dir, detached: true, env, stdio: ["ignore", output, output] });
    closeSync(output);
    child.unref(); // a test that failed before it closed its sandbox still comes to its end, which closes it
    this.#child = child;
    let end: string | undefined;
    child.once("error", (error) => (end = error.message));
    child.once("exit", (code, signal) => {
      this.#child = undefined;
      end = `${signal ?? `exit code ${code}`}`;
    });
    await until(this.#name, 10, () => {
      if (end !== undefined)
        throw new Error(`${this.#name} ended (${end}):\n${readFileSync(path, "utf8")}${this.#log()}`);
      return answers(this.#there);
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  #log(): string {
    const log = join(this.#dir, this.#name, "error.log");
    return existsSync(log) ? readFileSync(log, "utf8") : "";
  }
}

/** Ends every process of a sandbox, and removes its directory. */
export function endAll(dir: string, daemons: readonly Daemon[] = []): void {
  const roots = daemons.flatMap(({ pid }) => pid ?? []);
  const deadline = Date.now() + 5000;
  // What is stopped has no more children, so those found are stopped until there are no others.
  const found = new Set<number>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { pid } of family(roots, environmentOf(dir))) {
      found.add(pid);
      signal(pid, "SIGSTOP");
    }
  }
  for (const pid of found) signal(pid, "SIGKILL");
  for (const pid of found) {
    while (processOf(pid) !== undefined)
      if (Date.now() > deadline) throw new Error(`${dir}: process ${pid} does not end`);
  }
  rmSync(dir, { recursive: true, force: true });
}

function signal(pid: number, name: "SIGSTOP" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended by itself
  }
}

function answers(there: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof there === "number" ? connect(there, "127.0.0.1") : connect(there);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
