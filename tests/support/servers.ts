import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serving } from "./account.ts";

/** A directory of a test's own that the servers' account can read, with the processes that end with it. */
export interface Place {
  readonly dir: string;
  /** Writes a file below the directory, an hour old: opcache leaves files alone that are younger than two seconds. */
  write(path: string, text: string): string;
  run(file: string, args: readonly string[]): ChildProcess;
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
    run(file, args) {
      const [command = file, ...rest] = [...serving.drop, file, ...args];
      const child = spawn(command, rest, { stdio: ["ignore", "inherit", "inherit"] });
      children.push(child);
      return child;
    },
    async close() {
      for (const child of children.toReversed()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
        await once(child, "exit");
        clearTimeout(timer);
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A directory below the place that the servers' account may write. */
export function writable(at: Place, name: string): string {
  const dir = join(at.dir, name);
  mkdirSync(dir, { recursive: true });
  if (serving.uid !== undefined) chownSync(dir, serving.uid, serving.gid);
  return dir;
}

export interface PhpFpm {
  readonly socket: string;
  /** php-fpm's own log. */
  readonly log: string;
}

export interface PhpFpmOptions {
  readonly children?: number;
  /** Lines of php.ini. */
  readonly ini?: readonly string[];
  /** Lines of the pool. */
  readonly pool?: readonly string[];
  readonly name?: string;
}

/** Starts php-fpm with opcache on; it is up when this resolves. */
export async function startPhpFpm(at: Place, options: PhpFpmOptions = {}): Promise<PhpFpm> {
  const name = options.name ?? "fpm";
  const run = writable(at, name);
  const socket = join(run, "php.sock");
  const log = join(run, "fpm.log");
  const conf = at.write(
    `${name}.conf`,
    [
      "[global]",
      `error_log = ${log}`,
      "[www]",
      `listen = ${socket}`,
      "listen.mode = 0660",
      "pm = static",
      `pm.max_children = ${options.children ?? 3}`,
      "clear_env = yes",
      ...(options.pool ?? []),
      "",
    ].join("\n"),
  );
  // The distribution's conf.d loads opcache.so; what is said here wins.
  const ini = ["display_errors=0", "log_errors=1", "opcache.enable=1", ...(options.ini ?? [])];
  const child = at.run(phpFpm(), ["-F", "-y", conf, ...ini.flatMap((line) => ["-d", line])]);
  await until(child, "php-fpm", () => existsSync(socket));
  return { socket, log };
}

function phpFpm(): string {
  const found = ["php-fpm8.4", "php-fpm8.3", "php-fpm8.2", "php-fpm"]
    .map((name) => join("/usr/sbin", name))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error("php-fpm is not installed");
  return found;
}

/** Starts nginx with the given http-level configuration; it is up when its pid file is there. */
export async function startNginx(at: Place, http: string): Promise<void> {
  const run = writable(at, "nginx");
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${run}/${kind};`);
  const conf = at.write(
    "nginx.conf",
    `daemon off;\nworker_processes 1;\npid ${run}/nginx.pid;\nerror_log ${run}/error.log;\nevents {}\nhttp {\naccess_log off;\n${temp.join("\n")}\n${http}\n}\n`,
  );
  const child = at.run("/usr/sbin/nginx", ["-p", run, "-e", `${run}/error.log`, "-c", conf]);
  await until(child, "nginx", () => existsSync(`${run}/nginx.pid`));
}

async function until(child: ChildProcess, what: string, up: () => boolean): Promise<void> {
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
