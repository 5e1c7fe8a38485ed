import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { basename, join } from "node:path";
import { addGroup, groupDir, killPayload, removeGroup } from "./cgroup.ts";
import { must, type Result, run, until } from "./command.ts";
import type { Image, Suite } from "./image.ts";
import { linkOf } from "./link.ts";
import { consoleOf, initOf, startNspawn } from "./nspawn.ts";
import { allProcesses } from "./processes.ts";

/** How to log in. */
export interface Login {
  readonly host: string;
  readonly user: string;
  readonly privateKeyPath: string;
  /** As an authorized_keys line without comment. */
  readonly hostKey: string;
}

/** What the site answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A Debian host with systemd, nginx, php-fpm and sshd, and the user deploy with the article's two sudo rights. */
export class Machine {
  readonly name: string;
  readonly suite: Suite;
  readonly address: string;
  readonly hostKey: string;
  readonly connection: Login;
  readonly serverName = "example.com";
  readonly deployPath = "/var/www/example.com";
  readonly includePath = "/var/www/example.com/root_dir.nginx.conf";
  /** php-fpm's socket. */
  readonly pool: string;
  /** A server block that only the machine itself reaches, and its root, which is deploy's. */
  readonly opcacheUrl = "http://127.0.0.1:8081/opcache.php";
  readonly opcacheRoot = "/var/www/opcache";
  readonly #number: number;
  readonly #undo: () => void;
  #nspawn: ChildProcess | undefined;

  /** For startMachine only: `undo` removes all that `number` stands for. */
  constructor(name: string, number: number, image: Image, undo: () => void) {
    this.name = name;
    this.suite = image.suite;
    this.address = linkOf(number).address;
    const [type, key] = readFileSync(join(image.root, "etc/ssh/ssh_host_ed25519_key.pub"), "utf8").split(" ");
    this.hostKey = `${type} ${key}`;
    const { user, privateKeyPath } = image;
    this.connection = { host: this.address, user, privateKeyPath, hostKey: this.hostKey };
    this.pool = readFileSync(join(image.dir, "pool"), "utf8").trim();
    this.#number = number;
    this.#undo = undo;
  }

  /** Runs a script inside as root, past SSH. */
  root(script: string, stdin?: string): Promise<Result> {
    return this.#inside([], "/root", script, stdin);
  }

  /** Runs a script inside as deploy, past SSH. */
  deploy(script: string, stdin?: string): Promise<Result> {
    return this.#inside(["runuser", "-u", "deploy", "--"], "/home/deploy", script, stdin);
  }

  /** Runs a script inside as root that has to succeed, and gives what it wrote. */
  async must(script: string, stdin?: string): Promise<string> {
    const { code, stdout, stderr } = await this.root(script, stdin);
    if (code !== 0) throw new Error(`${this.name}: ${script}: exit code ${code}: ${stderr || stdout}`);
    return stdout;
  }

  /** Writes a file; a new one, and each directory made on its way, belongs to deploy where the path is deploy's. */
  async writeFile(path: string, text: string): Promise<void> {
    const writable = await this.deploy(
      `d='${path}'; while d=$(dirname "$d"); do test -e "$d" && exec test -w "$d"; done`,
    );
    const script = `mkdir -p "$(dirname '${path}')" && cat >'${path}'`;
    const { code, stderr } = await (writable.code === 0 ? this.deploy(script, text) : this.root(script, text));
    if (code !== 0) throw new Error(`${this.name}: writing ${path}: ${stderr}`);
  }

  /** One GET of the site over a connection of its own. The path is sent as it is. */
  async http(path: string, headers: Record<string, string> = {}): Promise<Pick<Answer, "status" | "body">> {
    const { status, body } = await this.get(path, headers);
    return { status, body };
  }

  /** The same, with the answer's headers. */
  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = {
        host: this.address,
        port: 80,
        path,
        agent: false,
        headers: { Host: this.serverName, ...headers },
      };
      request(asked, (response) => {
        let body = "";
        const { statusCode: status = 0, headers } = response;
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("error", reject).on("end", () => resolve({ status, headers, body }));
      })
        .on("error", reject)
        .end();
    });
  }

  /** Boots, and comes back when systemd has started what it is going to. */
  async boot(): Promise<void> {
    if (this.#nspawn !== undefined) throw new Error(`${this.name} is on`);
    addGroup(this.#number);
    const nspawn = startNspawn(this.name, this.#number);
    this.#nspawn = nspawn;
    nspawn.once("close", () => {
      this.#nspawn = undefined;
      removeGroup(this.#number);
    });
    await until(`${this.name}, booted`, 60, async () => {
      if (this.#nspawn === undefined) throw new Error(`${this.name} did not boot:\n${consoleOf(this.#number)}`);
      if (initOf(nspawn) === undefined) return false;
      // "degraded" is an end too: nginx without its include.
      return /^(running|degraded)/.test((await this.root("systemctl is-system-running --wait")).stdout);
    });
  }

  /** Shuts down in order. */
  async powerOff(): Promise<void> {
    await this.#end((nspawn) => nspawn.kill("SIGTERM"));
  }

  /** Everything stops at once; the disk keeps what was written. */
  async powerCut(): Promise<void> {
    await this.#end(() => killPayload(this.#number));
  }

  /** The processes inside with such a command line, its words parted by blanks; pids are this host's. */
  processes(words: RegExp): number[] {
    const pids = allProcesses().map(({ pid }) => pid);
    return pids.filter((pid) => this.#has(pid) && words.test(textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ")));
  }

  /** Cuts the wire between the test and the machine: packets are lost, nobody is told. */
  cutLink(): void {
    must("ip", "link", "set", linkOf(this.#number).device, "down");
  }

  restoreLink(): void {
    must("ip", "link", "set", linkOf(this.#number).device, "up");
  }

  /** Removes the machine: its processes, its disk, its link. */
  async close(): Promise<void> {
    const nspawn = this.#nspawn;
    const ended = nspawn && once(nspawn, "close");
    killPayload(this.#number);
    await ended;
    this.#undo();
  }

  #has(pid: number): boolean {
    return textOf(`/proc/${pid}/cgroup`).includes(`/${basename(groupDir(this.#number))}/`);
  }

  async #end(how: (nspawn: ChildProcess) => void): Promise<void> {
    const nspawn = this.#nspawn;
    if (nspawn === undefined) throw new Error(`${this.name} is off`);
    const ended = once(nspawn, "close");
    how(nspawn);
    await ended;
  }

  #inside(become: readonly string[], home: string, script: string, stdin = ""): Promise<Result> {
    const init = this.#nspawn && initOf(this.#nspawn);
    if (init === undefined) throw new Error(`${this.name} is off`);
    const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const shell = ["env", "-i", path, `HOME=${home}`, "LC_ALL=C.UTF-8", "sh", "-c", `cd || exit\n${script}`];
    return run("nsenter", ["-t", `${init}`, "-m", "-u", "-i", "-n", "-p", "--", ...become, ...shell], stdin);
  }
}

/** A file of a process that may end at any moment. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
