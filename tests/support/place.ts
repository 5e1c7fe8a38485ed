import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The account that test servers run as: www-data when started as root, since none of them likes to serve as root. */
export interface Account {
  readonly name: string;
  /** Absent: the account is this process's own. */
  readonly uid: number | undefined;
  readonly gid: number;
  /** The words before a command that make it run as the account. */
  readonly drop: readonly string[];
}

function number(flag: string): number {
  return Number(execFileSync("id", [flag, "www-data"], { encoding: "utf8" }));
}

// Whatever ends this process, its servers end too (Linux).
const ENDS_WITH_US = ["--pdeathsig", "TERM", "--"];

export const serving: Account =
  process.getuid?.() === 0
    ? {
        name: "www-data",
        uid: number("-u"),
        gid: number("-g"),
        drop: ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", ...ENDS_WITH_US],
      }
    : { name: userInfo().username, uid: undefined, gid: process.getgid?.() ?? 0, drop: ["setpriv", ...ENDS_WITH_US] };

/** A directory of a test's own that the servers' account can read, with the processes that end with it. */
export interface Place {
  readonly dir: string;
  /** Writes a file below the directory, an hour old: opcache leaves files alone that are younger than two seconds. */
  write(path: string, text: string): string;
  /** Starts a server, as the servers' account unless it is to be root. */
  run(file: string, args: readonly string[], asRoot?: boolean): ChildProcess;
  /** Ends the processes. */
  stop(): Promise<void>;
  /** Ends the processes, and removes the directory. */
  close(): Promise<void>;
}

export function place(): Place {
  const dir = mkdtempSync(join(tmpdir(), "site-release-"));
  chmodSync(dir, 0o755);
  const children: ChildProcess[] = [];
  return {
    dir,
    write(path, text) {
      const file = join(dir, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      const past = Date.now() / 1000 - 3600;
      utimesSync(file, past, past);
      return file;
    },
    run(file, args, asRoot = false) {
      const drop = asRoot ? ["setpriv", ...ENDS_WITH_US] : serving.drop;
      const [command = file, ...rest] = [...drop, file, ...args];
      const child = spawn(command, rest, { stdio: ["ignore", "inherit", "inherit"] });
      children.push(child);
      return child;
    },
    stop: () => stop(children),
    async close() {
      await stop(children);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function stop(children: ChildProcess[]): Promise<void> {
  for (const child of children.splice(0).toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    await gone;
    clearTimeout(timer);
  }
}

/** A directory below the place that the servers' account may write. */
export function writable(at: Place, name: string): string {
  const dir = join(at.dir, name);
  mkdirSync(dir, { recursive: true });
  if (serving.uid !== undefined) chownSync(dir, serving.uid, serving.gid);
  return dir;
}

/** Waits until a server is up. */
export async function until(child: ChildProcess, what: string, up: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!up()) {
    if (child.exitCode !== null) throw new Error(`${what} ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`${what} did not come up`);
    await sleep(10);
  }
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
