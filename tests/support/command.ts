import { spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** How a command ended. */
export interface Result {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  /** What it has written so far, on both. */
  said(): string;
  readonly ended: Promise<Result>;
}

/** Runs a command to its end, whatever that is. */
export function run(command: string, args: readonly string[], stdin = ""): Promise<Result> {
  return start(command, args, stdin).ended;
}

export function start(command: string, args: readonly string[], stdin = ""): Running {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {}); // a command may end without reading; its result tells
  child.stdin.end(stdin);
  const ended = new Promise<Result>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? undefined, stdout, stderr }));
  });
  return { pid: child.pid ?? 0, said: () => stdout + stderr, ended };
}

/** Runs a command that has to succeed, and gives what it wrote. */
export function must(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: exit code ${status}: ${stderr || stdout}`);
  return stdout;
}

/** Waits until `there` says so; `what` names it in the error. */
export async function until(what: string, seconds: number, there: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  // To ask often starts a process each time, and keeps what is waited for from its work.
  for (let pause = 10; !(await there()); pause = Math.min(pause * 1.5, 250)) {
    if (Date.now() > deadline) throw new Error(`${what}: not there after ${seconds} s`);
    await sleep(pause);
  }
}
