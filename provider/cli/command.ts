import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { printable } from "../excerpt.ts";
import type { Request, Where } from "./request.ts";
import { type Jump, parseJump, parsePath, parsePort, parseTarget } from "./target.ts";

/** Where a command line's words go. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The exit code of a command line that cannot be understood. */
export const USAGE = 2;

// Among so many switches is the last one to each release that lies there, of almost every site.
const FEW = 30;

const EXITS = `
Exit codes:
  0  the site is as it should be (history: it was told)
  1  it is not, or there is no site
  2  the command line was not understood
  3  the host could not be asked`;

/** Reads a command line; a number is the exit code of one that is answered already: by help, or by what is wrong with it. */
export function readCommand(words: readonly string[], version: string, { out, err }: Streams): Request | number {
  let request: Request | undefined;
  const program = new Command("pulumi-site-release")
    .description("What a site's host serves, and how it came to it. Nothing is changed there.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: out,
      writeErr: (text) => err(printable(text)),
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    })
    .showHelpAfterError("(--help tells what there is)")
    .addHelpText("after", EXITS);
  const ask = (command: Request["command"], about: string): Command => {
    const own = place(program.command(command).description(about)).addHelpText("after", EXITS);
    return own.action((target: string | undefined, options: Options) => {
      request = requestOf(own, command, target, options);
    });
  };
  ask("status", "print what is live, what goes on, and what is wrong with it");
  ask("history", "print the last switches, newest last").addOption(
    new Option("-n, --limit <n>", "how many switches").default(20).argParser(limit),
  );
  try {
    program.parse(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    throw error;
  }
  return request ?? USAGE;
}

interface Options {
  readonly local?: string;
  readonly identity?: string;
  readonly port?: number;
  readonly jump?: Jump;
  readonly hostKey?: string;
  readonly includePath?: string;
  readonly pidFile: string;
  readonly confDir: string;
  readonly limit?: number;
  readonly json?: true;
}

/** How to find a site, which is the same for every command. */
function place(command: Command): Command {
  return command
    .argument("[target]", "[user@]host:/deployPath, as scp has it; the user is by default who you are here")
    .option("--local <path>", "a site of this machine, in place of the target", path)
    .option("-i, --identity <file>", "private key (default: the agent and ~/.ssh/id_*)")
    .option("-p, --port <port>", "SSH's port", port)
    .option("-J, --jump <[user@]host[:port]>", "a machine to go through", jump)
    .option("--host-key <line>", 'the host\'s key, as in "ssh-ed25519 AAAA..." (default: known_hosts)')
    .option("--include-path <path>", "the site's nginx include (default: <deployPath>/root_dir.nginx.conf)", path)
    .option("--pid-file <path>", "nginx's", path, "/run/nginx.pid")
    .option("--conf-dir <path>", "nginx's configuration", path, "/etc/nginx")
    .option("--json", "print one JSON object");
}

function requestOf(own: Command, command: Request["command"], target: string | undefined, options: Options): Request {
  const { local, includePath, pidFile, confDir, limit = FEW, json = false } = options;
  if ((target === undefined) === (local === undefined))
    own.error("error: give one site: [user@]host:/deployPath, or --local <path>");
  const found = local === undefined ? sshSite(own, target ?? "", options) : localSite(own, local, options);
  return {
    command,
    ...found,
    includePath: includePath ?? `${found.deployPath}/root_dir.nginx.conf`,
    pidFile,
    confDir,
    limit,
    json,
  };
}

function localSite(own: Command, deployPath: string, options: Options): Pick<Request, "where" | "deployPath"> {
  const { identity, port: given, jump: through, hostKey } = options;
  if ([identity, given, through, hostKey].some((option) => option !== undefined))
    own.error("error: --local goes without --identity, --port, --jump and --host-key");
  return { where: "local", deployPath };
}

function sshSite(own: Command, text: string, options: Options): Pick<Request, "where" | "deployPath"> {
  const target = parseTarget(text);
  if (typeof target === "string") return own.error(`error: ${JSON.stringify(text)} is no site: ${target}`);
  const { deployPath, ...login } = target;
  const { identity, port: given, jump: through, hostKey } = options;
  const where: Where = {
    ...login,
    ...(given !== undefined && { port: given }),
    ...(identity !== undefined && { identity }),
    ...(hostKey !== undefined && { hostKey }),
    ...(through !== undefined && { jump: through }),
  };
  return { where, deployPath };
}

function path(text: string): string {
  return fit(parsePath(text), "an absolute path");
}

function port(text: string): number {
  return fit(parsePort(text), "a port, 1 to 65535");
}

function jump(text: string): Jump {
  return fit(parseJump(text), "[user@]host[:port]");
}

const MOST = 10_000;

function limit(text: string): number {
  const number = Number(text);
  return fit(/^\d+$/.test(text) && number >= 1 && number <= MOST ? number : undefined, `a number, 1 to ${MOST}`);
}

function fit<T>(value: T | undefined, expected: string): T {
  if (value === undefined) throw new InvalidArgumentError(`Expected ${expected}.`);
  return value;
}
