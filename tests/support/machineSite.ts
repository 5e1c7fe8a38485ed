import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ask } from "../../provider/cli/ask.ts";
import { statusOf } from "../../provider/cli/observed.ts";
import type { Status } from "../../provider/cli/status.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { nginxSnippet } from "../../provider/serverBlock.ts";
import { rootDir, type Site } from "../../provider/site.ts";
import { type Observation, observe } from "../../provider/switch/observe.ts";
import type { OpcachePlan, ProbePlan, SwitchPlan } from "../../provider/switch/plan.ts";
import type { SwitchContext, SwitchResult } from "../../provider/switch/result.ts";
import { switchTo } from "../../provider/switch/switch.ts";
import { Strategy } from "../../provider/switchArgs.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import type { SshTransport } from "../../provider/transport/sshTransport.ts";
import { until } from "./command.ts";
import type { Answer } from "./debian.ts";
import { atEnd } from "./ending.ts";
import type { Eyes } from "./eyes.ts";
import { type JournalEntry, readJournal } from "./journalLines.ts";
import type { Machine } from "./machine.ts";
import { opcachePlan } from "./opcache.ts";
import { planFor } from "./releaseTree.ts";
import { probePlan, siteAt, smokePlan } from "./site.ts";
import type { PlainArgs } from "./stack.ts";
import { refusal, type Told } from "./told.ts";

/** What differs from the plan of a small site. */
interface SwitchWish extends Partial<Omit<SwitchPlan, "probe" | "opcache">> {
  readonly probe?: Partial<ProbePlan>;
  readonly opcache?: Partial<OpcachePlan>;
}

/** Answers "version <version>" to everything. */
export function page(version: string): string {
  return `<?php echo "version ${version}";`;
}

/** Answers like page(), but 500 to /up. */
export function pageThatIsDown(version: string): string {
  return `<?php if ($_SERVER["REQUEST_URI"] === "/up") { http_response_code(500); exit("down"); } echo "version ${version}";`;
}

const owner = { id: "0123456789abcdef", stack: "site/test", resource: "example.com" };

/** The site of a machine, and the builds for it on this side. Each call has a connection of its own, so that none outlives a power cut. */
export class MachineSite implements Eyes {
  readonly machine: Machine;
  readonly site: Site;
  readonly nginx = { timeout: 60, pidFile: "/run/nginx.pid", confDir: "/etc/nginx" };
  /** What the site's server block is made for, and switches go by. */
  strategy: Strategy = Strategy.Include;
  readonly #builds: string;
  readonly close: () => void;

  constructor(machine: Machine) {
    this.machine = machine;
    this.site = siteAt(machine.deployPath);
    this.#builds = mkdtempSync(join(tmpdir(), "builds-"));
    this.close = atEnd(() => rmSync(this.#builds, { recursive: true, force: true }));
  }

  /** Writes a build, and gives its path. */
  build(version: string, php = page(version)): string {
    const file = join(this.#builds, version, "public/index.php");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, php);
    return join(this.#builds, version);
  }

  /** What a program declares of this site. */
  args(version: string, further: PlainArgs = {}, php = page(version)): PlainArgs {
    const { connection, deployPath } = this.machine;
    return { connection, deployPath, version, source: this.build(version, php), ...further };
  }

  /** Puts versions on the host. */
  async stage(...versions: string[]): Promise<void> {
    const builds = versions.map((version) => [version, this.build(version)] as const);
    await this.#with(async (transport) => {
      for (const [version, source] of builds) await this.#put(transport, version, source);
    });
  }

  async stageBuild(version: string, source: string): Promise<void> {
    await this.#with((transport) => this.#put(transport, version, source));
  }

  plan(version: string, { probe, opcache, ...wish }: SwitchWish = {}): SwitchPlan {
    return {
      site: this.site,
      version,
      strategy: this.strategy,
      pools: [],
      smoke: smokePlan(),
      probe: probePlan({ timeout: 1, ...probe }),
      opcache: opcachePlan({ policy: "none", ...opcache }),
      nginx: this.nginx,
      lockTimeout: 20,
      commitTimeout: 20,
      reloadTimeout: 5,
      drainTimeout: 5,
      allowPendingEdits: false,
      afterSteps: [],
      beforeSteps: [],
      ...wish,
    };
  }

  /** Moves traffic to a version that is on the host; `progress` gets the switch's steps. */
  switchTo(
    version: string,
    wish: SwitchWish = {},
    progress: (step: string, transport: SshTransport) => void = () => {},
    context: SwitchContext = { owner, takeOver: true },
  ): Promise<SwitchResult> {
    return this.#with((transport) =>
      switchTo(transport, this.plan(version, wish), context, (step) => progress(step, transport)),
    );
  }

  /** What `pulumi up` does with args(), and tells, by our own code in this process. */
  async release(version: string, wish: SwitchWish = {}, php = page(version)): Promise<Told> {
    await this.stageBuild(version, this.build(version, php));
    // As check() completes it: a path of its own wants 200.
    const probe = { ...(wish.probe?.path !== undefined && { expectStatus: [200] }), ...wish.probe };
    const switched = this.switchTo(version, { ...wish, probe });
    return switched.then(
      ({ warnings }) => ({ errors: [], warnings }),
      async () => ({ errors: [(await refusal(switched)).split("\n")[0] ?? ""], warnings: [] }),
    );
  }

  page(version: string): string {
    return `version ${version}`;
  }

  must(script: string): Promise<string> {
    return this.machine.must(script);
  }

  http(path: string): Promise<Pick<Answer, "status" | "body">> {
    return this.machine.http(path);
  }

  status(): Promise<Status> {
    const { deployPath, includePath } = this.site;
    return this.#with(async (transport) => {
      const asked = { ...this.nginx, deployPath, includePath, where: "local", limit: 5, json: true } as const;
      return statusOf(await ask(transport, { ...asked, command: "status" }), { host: transport.host, deployPath });
    });
  }

  /** Whose the site is, is left out: it is this one's or a stack's. */
  async observe(version: string): Promise<Observation> {
    const { owner: _owner, ...seen } = await this.#with((transport) =>
      observe(transport, this.plan(version), owner.id),
    );
    return seen;
  }

  /** Does what root does for a strategy: puts its server block in place, and reloads. */
  async follow(strategy: Strategy): Promise<void> {
    const { machine, site } = this;
    const { serverName, deployPath } = site;
    const block = nginxSnippet({ serverName, deployPath, pool: machine.pool, strategy, listen: ["80"] });
    await machine.writeFile("/etc/nginx/sites-available/example.com", block);
    await this.reload();
    this.strategy = strategy;
  }

  /** Makes the site as it was before its first switch: no release, and a placeholder that nginx has read. */
  async reset(): Promise<void> {
    const { deployPath, includePath } = this.site;
    const empty = `${deployPath}/.site-release/empty`;
    await this.machine.must(
      `cd ${deployPath} && rm -rf .site-release releases current shared && runuser -u deploy -- mkdir -p ${empty}`,
    );
    await this.machine.must(`echo 'set $root_dir ${empty};' >${includePath} && chown deploy: ${includePath}`);
    await this.machine.must("nginx -t && systemctl restart nginx.service");
  }

  /** The master's pid, and those of its workers that are not leaving. */
  async workers(): Promise<{ readonly master: string; readonly serving: readonly string[] }> {
    const master = (await this.machine.must("cat /run/nginx.pid")).trim();
    const titles = await this.machine.must(
      `for pid in $(cat /proc/${master}/task/${master}/children); do echo "$pid $(tr '\\0' ' ' </proc/$pid/cmdline)"; done`,
    );
    const serving = titles.split("\n").filter((line) => / nginx: worker process\s*$/.test(line));
    return { master, serving: serving.map((line) => line.split(" ")[0] ?? "") };
  }

  /** Reloads nginx as somebody else would, and waits until the new workers serve alone. */
  async reload(): Promise<void> {
    const before = await this.workers();
    await this.machine.must("nginx -t && systemctl reload nginx.service");
    await until("new workers alone", 5, async () => {
      const { serving } = await this.workers();
      return serving.length > 0 && serving.every((pid) => !before.serving.includes(pid));
    });
  }

  root(version: string): string {
    return rootDir(this.site, version);
  }

  /** The host's journal; "" while there is none. */
  journalText(): Promise<string> {
    return this.must(`cat ${this.site.deployPath}/.site-release/journal.jsonl 2>/dev/null || :`);
  }

  async entries(): Promise<readonly JournalEntry[]> {
    return readJournal(await this.journalText()).entries;
  }

  /** The steps that the host's journal holds, as in "switching 2". */
  async journal(): Promise<string[]> {
    return (await this.entries()).map(({ step, to }) => (to === undefined ? step : `${step} ${to}`));
  }

  async #put(transport: SshTransport, version: string, source: string): Promise<void> {
    const { deployPath, publicDir } = this.site;
    await stageRelease(transport, planFor(deployPath, { version, publicDir, source }), () => {});
  }

  async #with<T>(use: (transport: SshTransport) => Promise<T>): Promise<T> {
    const transport = await openSsh(this.machine.connection, () => {});
    try {
      return await use(transport);
    } finally {
      transport.close();
    }
  }
}
