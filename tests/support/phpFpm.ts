import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Place, until, writable } from "./place.ts";

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
  /** The directory that the pool takes for the whole disk; needs root. */
  readonly chroot?: string;
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
      ...(options.chroot === undefined
        ? []
        : [`chroot = ${options.chroot}`, "user = www-data", "group = www-data", "listen.owner = www-data"]),
      ...(options.pool ?? []),
      "",
    ].join("\n"),
  );
  // The distribution's conf.d loads opcache.so; what is said here wins.
  const ini = ["display_errors=0", "log_errors=1", "opcache.enable=1", ...(options.ini ?? [])];
  const child = at.run(
    phpFpm(),
    ["-F", "-y", conf, ...ini.flatMap((line) => ["-d", line])],
    options.chroot !== undefined,
  );
  // Its socket is there before it listens.
  await until(
    child,
    "php-fpm",
    () => existsSync(log) && readFileSync(log, "utf8").includes("ready to handle connections"),
  );
  return { socket, log };
}

function phpFpm(): string {
  const found = ["php-fpm8.4", "php-fpm8.3", "php-fpm8.2", "php-fpm"]
    .map((name) => join("/usr/sbin", name))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error("php-fpm is not installed");
  return found;
}
