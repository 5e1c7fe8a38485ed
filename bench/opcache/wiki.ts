import { cpSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SwitchReport } from "../../provider/report.ts";
import { switchTo } from "../../provider/switch/switch.ts";
import { versionFiles } from "../../tests/support/builds.ts";
import { dokuwiki, makeData } from "../../tests/support/dokuwiki.ts";
import type { Machine } from "../../tests/support/machine.ts";
import { opcachePlan } from "../../tests/support/opcache.ts";
import { planFor } from "../../tests/support/releaseTree.ts";
import { siteAt } from "../../tests/support/site.ts";
import { switchPlanOf } from "../../tests/support/switchPlan.ts";
import { overSsh, stage } from "../support/staging.ts";
import { cachetool, HOST_CACHETOOL, type Way, ways } from "./ways.ts";

/** When a build was made, in seconds. */
const BUILT = 1_600_000_000;
export const WORKERS = 5;

/** How often opcache was emptied: because somebody asked, or by PHP itself for want of memory or keys. */
export interface Restarts {
  readonly asked: number;
  readonly own: number;
}

// A question beside the package's, whose report cannot have what comes after its last look.
const COUNTERS = `<?php
$counters = opcache_get_status(false)["opcache_statistics"];
echo json_encode(["asked" => $counters["manual_restarts"], "own" => $counters["oom_restarts"] + $counters["hash_restarts"]]);
`;

/** DokuWiki on a machine; its releases differ by their version only. */
export class Wiki {
  readonly machine: Machine;
  readonly #source: string;
  readonly #php: string;
  #data = "";
  #first: Restarts = { asked: 0, own: 0 };

  private constructor(machine: Machine, source: string) {
    this.machine = machine;
    this.#source = source;
    this.#php = /php([\d.]+)-fpm/.exec(machine.pool)?.[1] ?? "";
  }

  /** Puts so many versions, from 0 on, on the machine, and pages; `source` is where they are built. */
  static async on(machine: Machine, source: string, versions: number): Promise<Wiki> {
    const wiki = new Wiki(machine, source);
    cpSync(dokuwiki(), source, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    wiki.#data = await makeData(machine);
    for (let version = 0; version < versions; version++) await wiki.#stage(`${version}`);
    await wiki.#write();
    await machine.writeFile(`${machine.opcacheRoot}/counters.php`, COUNTERS);
    if (cachetool !== undefined)
      await machine.must(
        `base64 -d >${HOST_CACHETOOL} && chmod 755 ${HOST_CACHETOOL}`,
        readFileSync(cachetool).toString("base64"),
      );
    return wiki;
  }

  /** Begins anew: php-fpm has these lines of php.ini and an empty cache, DokuWiki has rendered nothing, and version 0 is live. */
  async restart(way: Way, settings: readonly string[] = []): Promise<void> {
    const { machine } = this;
    const place = `/etc/php/${this.#php}/fpm`;
    await machine.writeFile(`${place}/conf.d/95-bench.ini`, `${settings.join("\n")}\n`);
    const pool = ["[www]", "pm = static", `pm.max_children = ${WORKERS}`];
    await machine.writeFile(`${place}/pool.d/zz-bench.conf`, `${pool.join("\n")}\n`);
    await machine.must(`systemctl stop php${this.#php}-fpm.service && rm -rf ${this.#data}/cache/*`);
    await machine.must(`: >/var/log/php${this.#php}-fpm.log && systemctl start php${this.#php}-fpm.service`);
    await this.move("0", way);
    this.#first = await this.#counters();
  }

  /** Switches the site to a version: all other inputs have their defaults. */
  async move(version: string, way: Way): Promise<SwitchReport> {
    const { connection, deployPath } = this.machine;
    const plan = switchPlanOf(version, { site: siteAt(deployPath, "."), opcache: opcachePlan(ways[way]) });
    const context = { owner: { id: "bench", stack: "bench", resource: "bench" }, takeOver: false };
    const { value } = await overSsh(connection, (transport) => switchTo(transport, plan, context, () => {}));
    return value.report;
  }

  /** Those since it began anew, that of the first switch aside. */
  async restarts(): Promise<Restarts> {
    const { asked, own } = await this.#counters();
    return { asked: asked - this.#first.asked, own: own - this.#first.own };
  }

  /** php-fpm's workers that a signal has ended since it began anew. */
  async crashes(): Promise<number> {
    return Number(await this.machine.must(`grep -c 'exited on signal' /var/log/php${this.#php}-fpm.log || :`));
  }

  async #counters(): Promise<Restarts> {
    const url = "http://127.0.0.1:8081/counters.php";
    return JSON.parse(await this.machine.must(`php -r 'echo file_get_contents("${url}");'`));
  }

  async #stage(version: string): Promise<void> {
    for (const [path, text] of Object.entries(versionFiles(version))) {
      const file = join(this.#source, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      utimesSync(file, BUILT, BUILT);
    }
    const { connection, deployPath } = this.machine;
    const built = { version, source: this.#source, publicDir: ".", sharedDirs: ["data"] };
    await stage(connection, planFor(deployPath, built), "uploaded");
  }

  /** Writes pages of DokuWiki's own texts, one of all of them that is rendered for each visitor, and what the search looks into. */
  async #write(): Promise<void> {
    const release = `${this.machine.deployPath}/releases/0`;
    await this.machine.must(`cd ${release}/inc/lang/en && cp *.txt ${this.#data}/pages/
      { cat *.txt && echo '~~NOCACHE~~'; } >${this.#data}/pages/start.txt
      chown -R www-data: ${this.#data} && runuser -u www-data -- php ${release}/bin/indexer.php --quiet`);
  }
}
