import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stageRelease } from "../../provider/release/stage.ts";
import { rootDir, type Site } from "../../provider/site.ts";
import { type Observation, observe } from "../../provider/switch/observe.ts";
import type { ProbePlan, SwitchPlan } from "../../provider/switch/plan.ts";
import type { SwitchContext, SwitchResult } from "../../provider/switch/result.ts";
import { switchTo } from "../../provider/switch/switch.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import type { SshTransport } from "../../provider/transport/sshTransport.ts";
import { until } from "./command.ts";
import { atEnd } from "./ending.ts";
import type { Machine } from "./machine.ts";
import { planFor } from "./releaseTree.ts";
import { probePlan, siteAt, smokePlan } from "./site.ts";
import type { PlainArgs } from "./stack.ts";

/** What differs from the plan of a small site. */
interface SwitchWish extends Partial<Omit<SwitchPlan, "probe">> {
  readonly probe?: Partial<ProbePlan>;
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
export class MachineSite {
  readonly machine: Machine;
  readonly site: Site;
  readonly nginx = { pidFile: "/run/nginx.pid", confDir: "/etc/nginx" };
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
    for (const version of versions) await this.stageBuild(version, this.build(version));
  }

  async stageBuild(version: string, source: string): Promise<void> {
    const { deployPath, publicDir } = this.site;
    await this.#with((transport) =>
      stageRelease(transport, planFor(deployPath, { version, publicDir, source }), () => {}),
    );
  }

  plan(version: string, { probe, ...wish }: SwitchWish = {}): SwitchPlan {
    return {
      site: this.site,
      version,
      strategy: "include",
      pools: [],
      smoke: smokePlan(),
      probe: probePlan({ timeout: 1, ...probe }),
      opcache: { policy: "none", via: "fastcgi" },
      nginx: this.nginx,
      lockTimeout: 20,
      commitTimeout: 20,
      reloadTimeout: 5,
      drainTimeout: 5,
      allowPendingEdits: false,
      afterSteps: [],
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

  observe(version: string): Promise<Observation> {
    return this.#with((transport) => observe(transport, this.site, this.nginx, version));
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

  /** The steps that the host's journal holds, as in "switching 2". */
  async journal(): Promise<string[]> {
    const text = await this.machine.must(`cat ${this.site.deployPath}/.site-release/journal.jsonl`);
    const lines = text.split("\n").filter(Boolean);
    return lines.map((line) => {
      const entry: { step: string; to?: string } = JSON.parse(line);
      return entry.to === undefined ? entry.step : `${entry.step} ${entry.to}`;
    });
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
