import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Strategy } from "../../provider/switchArgs.ts";
import { type Account, accountHere, startedAs } from "./account.ts";
import { must, type Result, run } from "./command.ts";
import { Daemon, dirPrefix, endAll, environmentOf, sweepDirs } from "./daemon.ts";
import type { Login } from "./debian.ts";
import { atEnd } from "./ending.ts";
import { freePorts } from "./ports.ts";
import { fastcgiParams, type Layout, nginxConfig, phpFpmConfig, phpSettings, sshdConfig } from "./sandboxFiles.ts";
import { findServers } from "./servers.ts";

export interface SandboxOptions {
  /** Whether the site's include is there at the start, as the placeholder; without it nginx cannot run and is not started. @default true */
  readonly placeholder?: boolean;
  /** What the site's server block is made for. @default "include" */
  readonly strategy?: Strategy;
}

/** sshd, nginx and php-fpm as ordinary processes on loopback, from a temporary directory. */
export interface Sandbox extends Layout {
  /** The only user that sshd lets in, and the one that everything runs as. */
  readonly user: string;
  readonly sshPort: number;
  readonly httpPort: number;
  readonly hostKey: string;
  readonly privateKeyPath: string;
  readonly connection: Login & { readonly port: number };
  /** What to pass as the input `nginx`: no sudo, no systemd. */
  readonly nginx: {
    readonly test: string;
    readonly reload: string;
    readonly timeout: number;
    readonly pidFile: string;
    readonly confDir: string;
  };
  /** A second server block; its file is the caller's to put into opcacheRoot. */
  readonly opcacheUrl: string;
  startNginx(): Promise<void>;
  stopNginx(): Promise<void>;
  /** Runs a script as that user, past SSH. */
  deploy(script: string, stdin?: string): Promise<Result>;
  /** Writes a file as that user; directories on the way are made. */
  writeFile(path: string, text: string): Promise<void>;
  close(): Promise<void>;
}

const serverName = "example.com";

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { placeholder = true, strategy = "include" } = options;
  if (process.platform !== "linux") throw new Error("the sandbox needs Linux, as the package's hosts do");
  sweepDirs();
  const servers = findServers();
  const account = accountHere();
  const layout = await layOut(strategy);
  const { dir, ports } = layout;
  const nginxCommand = `${servers.nginx} -p ${dir}/nginx/ -c ${dir}/nginx/conf/nginx.conf`;
  const as = (...command: string[]): string[] => [...startedAs(account), ...command];
  const ssh = new Daemon(dir, "ssh", as(servers.sshd, "-D", "-e", "-f", `${dir}/ssh/sshd_config`), ports.ssh);
  const nginx = new Daemon(dir, "nginx", as(...nginxCommand.split(" ")), ports.http);
  const php = new Daemon(
    dir,
    "php",
    as(servers.phpFpm, "--nodaemonize", "--fpm-config", `${dir}/php/php-fpm.conf`),
    layout.pool,
  );
  const undo = atEnd(() => endAll(dir, [ssh, nginx, php]));
  try {
    const keys = writeFiles(layout, account, placeholder);
    await Promise.all([ssh.start(), php.start(), ...(placeholder ? [nginx.start()] : [])]);
    const deploy = (script: string, stdin?: string) => run("/usr/bin/env", as("sh", "-c", script), stdin);
    return {
      ...layout,
      ...keys,
      user: account.name,
      sshPort: ports.ssh,
      httpPort: ports.http,
      connection: { host: "127.0.0.1", port: ports.ssh, user: account.name, ...keys },
      nginx: {
        test: `${nginxCommand} -t`,
        reload: `${nginxCommand} -s reload`,
        timeout: 60,
        pidFile: `${dir}/nginx/nginx.pid`,
        confDir: `${dir}/nginx/conf`,
      },
      opcacheUrl: `http://127.0.0.1:${ports.opcache}/opcache.php`,
      startNginx: () => nginx.start(),
      stopNginx: () => nginx.stop(),
      deploy,
      writeFile: async (path, text) => {
        const { code, stderr } = await deploy(`mkdir -p "$(dirname '${path}')" && cat >'${path}'`, text);
        if (code !== 0) throw new Error(`writing ${path}: ${stderr}`);
      },
      close: async () => undo(),
    };
  } catch (error) {
    undo();
    throw error;
  }
}

async function layOut(strategy: Strategy): Promise<Layout> {
  const [ssh = 0, http = 0, opcache = 0] = await freePorts(3);
  const dir = mkdtempSync(dirPrefix());
  chmodSync(dir, 0o755); // as /var/www is: whoever serves a release must be able to pass
  const deployPath = join(dir, serverName);
  return {
    dir,
    serverName,
    deployPath,
    includePath: join(deployPath, "root_dir.nginx.conf"),
    strategy,
    opcacheRoot: join(dir, "opcache"),
    pool: join(dir, "php/fpm.sock"),
    ports: { ssh, http, opcache },
  };
}

function writeFiles(layout: Layout, account: Account, placeholder: boolean): Pick<Login, "hostKey" | "privateKeyPath"> {
  const { dir, deployPath, includePath, opcacheRoot } = layout;
  const empty = join(deployPath, ".site-release/empty");
  const byInclude = placeholder && layout.strategy === "include";
  const dirs = ["ssh", "nginx/conf", "php/conf.d"].map((name) => join(dir, name));
  for (const made of [...dirs, deployPath, opcacheRoot, ...(byInclude ? [empty] : [])])
    mkdirSync(made, { recursive: true });
  const [hostKey, key] = ["host_key", "key"].map((name) => makeKey(join(dir, "ssh", name)));
  writeFileSync(join(dir, "ssh/authorized_keys"), `${key}\n`);
  writeFileSync(join(dir, "ssh/sshd_config"), sshdConfig(layout, account, environmentOf(dir)));
  writeFileSync(join(dir, "nginx/conf/nginx.conf"), nginxConfig(layout));
  writeFileSync(join(dir, "nginx/conf/fastcgi_params"), fastcgiParams);
  writeFileSync(join(dir, "php/php-fpm.conf"), phpFpmConfig(layout));
  writeFileSync(join(dir, "php/conf.d/site.ini"), phpSettings);
  if (byInclude) writeFileSync(includePath, `set $root_dir ${empty};\n`);
  if (process.getuid?.() === 0) must("chown", "--recursive", `${account.uid}:${account.gid}`, dir);
  return { hostKey: hostKey ?? "", privateKeyPath: join(dir, "ssh/key") };
}

/** Makes a key pair, and gives the public key as type and key. */
function makeKey(path: string): string {
  must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path);
  return readFileSync(`${path}.pub`, "utf8").trim();
}
