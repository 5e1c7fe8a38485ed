import { setTimeout as sleep } from "node:timers/promises";
import type { SwitchPlan } from "../../provider/switch/plan.ts";
import { until } from "../../tests/support/command.ts";
import { checkInvariants } from "../../tests/support/invariants.ts";
import { type Machine, startMachine } from "../../tests/support/machine.ts";
import { processOf } from "../../tests/support/processes.ts";
import { timed } from "../support/clock.ts";
import { Cuttable } from "./cuttable.ts";
import { choose } from "./draw.ts";
import { isAtRest, scriptOn } from "./hostProcesses.ts";
import { falseReport, type Outcome, outcomeOf, recoveryWords } from "./outcome.ts";
import type { SwitchCase } from "./plan.ts";
import { type SeenEnd, SoakClient } from "./soakClient.ts";
import { HEALTHY, SoakSite, UNHEALTHY } from "./soakSite.ts";
import { fillUp, strike } from "./strike.ts";

/** What one case came to. */
export interface SwitchRecord {
  readonly number: number;
  readonly fault: string;
  /** Whether the fault came while there was something that it could hit. */
  readonly hit: boolean;
  readonly outcome: Outcome;
  readonly violations: readonly string[];
  /** Seconds from the fault until the host had come to rest. */
  readonly rest: number;
  /** Seconds that the next switch took. */
  readonly next: number;
}

interface Struck {
  readonly hit: boolean;
  readonly rest: number;
  readonly end: SeenEnd;
}

const owner = { id: "0123456789abcdef", stack: "site/soak", resource: "example.com" };
const context = { owner, takeOver: true };
// Far more than any deadline of the host's and the client's.
const LONGEST_REST = 60;
const LONGEST_WORD = 30;

/** A machine whose site is switched again and again, with a fault each time. */
export class Switching {
  readonly site: SoakSite;
  readonly machine: Machine;
  readonly #way: Cuttable;
  readonly #client: SoakClient;
  #live = "none";
  /** Whether the disk was ever full since the journal began. */
  #torn = false;

  static async start(strategy: SwitchPlan["strategy"] = "include"): Promise<Switching> {
    const machine = await startMachine("soak", { suite: "trixie", diskSize: 128 });
    const way = await Cuttable.to(machine.address, 22);
    return new Switching(machine, way, await SoakSite.on(machine, strategy));
  }

  private constructor(machine: Machine, way: Cuttable, site: SoakSite) {
    this.machine = machine;
    this.#way = way;
    this.site = site;
    this.#client = new SoakClient();
  }

  async close(): Promise<void> {
    this.#client.kill();
    this.#way.close();
    this.site.close();
    await this.machine.close();
  }

  /** What the machine can tell of what went wrong. */
  async evidence(): Promise<string> {
    const [site, system] = await Promise.all([
      this.site.journalText(),
      this.machine.must("journalctl --boot --no-pager --lines 200; tail -n 50 /var/log/nginx/error.log"),
    ]);
    return `${site}\n${system}`;
  }

  async run(planned: SwitchCase, seed: number): Promise<SwitchRecord> {
    const { number, fault, healthy } = planned;
    await this.#prepare(planned);
    const from = this.#live;
    const others = (healthy ? HEALTHY : UNHEALTHY).filter((version) => version !== from);
    const to = choose<string>(seed, number, "to", others);
    const before = (await this.site.entries()).length;
    const { hit, rest, end } = await this.#faulted(planned, to);
    const moment = { serves: [from, to], interrupted: true, torn: this.#torn };
    const { wrong, serves } = await checkInvariants(this.site, moment);
    const entries = (await this.site.entries()).slice(before);
    const same = planned.same && healthy;
    const outcome = outcomeOf(entries, same);
    const next = same
      ? to
      : choose<string>(
          seed,
          number,
          "next",
          HEALTHY.filter((version) => version !== to),
        );
    const after = await this.#ordinary(next, recoveryWords(outcome, { from, to }));
    const found = [...wrong, ...falseReport(end, serves, { from, to }), ...after.wrong];
    return { number, fault, hit, outcome, violations: found, rest, next: after.seconds };
  }

  async #prepare({ first, fault }: SwitchCase): Promise<void> {
    if (first || this.#live === "none") {
      await this.site.forget();
      this.#live = "none";
      this.#torn = false;
    }
    if (fault === "disk-full") {
      this.#torn = true;
      await fillUp({ machine: this.machine });
    }
  }

  /** Switches, makes the fault at its time, and comes back when the host has come to rest and the client has its answer. */
  async #faulted(planned: SwitchCase, to: string): Promise<Struck> {
    const { step, nth, delay, fault, healthy } = planned;
    const connection = { ...this.machine.connection, host: "127.0.0.1", port: this.#way.port, dialErrorLimit: 1 };
    let heard = 0;
    let reached = (): void => {};
    const moment = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const ended = this.#client.start({ connection, plan: this.site.faultedPlan(to, healthy), context }, (text) => {
      // A request that an old worker is to finish: without one there is nothing to drain.
      if (step === "draining" && text.startsWith("trying")) this.site.http("/slow").catch(() => {});
      if (text.startsWith(step) && ++heard === nth) reached();
    });
    if (step === "starting") reached();
    await Promise.race([moment, ended]);
    if (step === "starting" || heard >= nth) await sleep(delay);
    const begun = performance.now();
    const mend = await strike(planned, { machine: this.machine, client: this.#client, way: this.#way });
    const early = fault === "power-cut" || fault === "nginx-killed";
    if (early) await mend?.();
    await this.#rested();
    const rest = (performance.now() - begun) / 1000;
    if (!early) await mend?.();
    const end = await this.#word(ended);
    return { hit: mend !== undefined && (step === "starting" || heard >= nth), rest, end };
  }

  async #rested(): Promise<void> {
    // To look for processes costs more than to look at one.
    const script = scriptOn(this.machine);
    const what = "the end of the host's script";
    if (script !== undefined) await until(what, LONGEST_REST, () => processOf(script) === undefined);
    await until(what, LONGEST_REST, () => isAtRest(this.machine));
    const { deployPath } = this.site.site;
    await until("the site's lock", 5, async () => (await this.machine.root(`flock -n ${deployPath} true`)).code === 0);
  }

  async #word(ended: Promise<SeenEnd>): Promise<SeenEnd> {
    const late = new AbortController();
    const word = await Promise.race([
      ended,
      sleep(LONGEST_WORD * 1000, "late" as const, { signal: late.signal }).catch(() => "late" as const),
    ]);
    late.abort();
    if (word !== "late") return word;
    this.#client.kill();
    throw new Error(`6. the client has no answer ${LONGEST_WORD} s after the host came to rest`);
  }

  /** The next switch needs no hand, and says what it found. */
  async #ordinary(version: string, found: readonly string[]): Promise<{ wrong: readonly string[]; seconds: number }> {
    const { value, seconds } = await timed(() => this.site.switchTo(version, this.site.ordinary(), () => {}, context));
    this.#live = version;
    const told = value.warnings.filter((warning) => warning.startsWith("An interrupted switch"));
    const wrong =
      told.join() === found.join()
        ? []
        : [`5. the next switch tells "${told.join()}", and it should be "${found.join()}"`];
    const after = await checkInvariants(this.site, { serves: version, torn: this.#torn });
    return { wrong: [...wrong, ...after.wrong], seconds };
  }
}
