import { checkInvariants } from "../../tests/support/invariants.ts";
import type { Machine } from "../../tests/support/machine.ts";
import { MachineSite } from "../../tests/support/machineSite.ts";
import { Stack } from "../../tests/support/stack.ts";
import { timed } from "../support/clock.ts";

/** What two concurrent updates came to. */
export interface PairRecord {
  readonly number: number;
  /** Whose version is live: "first" or "second". */
  readonly winner: string;
  /** Whether one of them met the other's lock. */
  readonly waited: boolean;
  readonly violations: readonly string[];
  /** Seconds until both had ended. */
  readonly seconds: number;
}

/** Two stacks, each with a state of its own, that release to one site at the same time; each takes it over from the other. */
export class Pairing {
  readonly #site: MachineSite;
  readonly #stacks = [new Stack("first"), new Stack("second")] as const;

  constructor(machine: Machine) {
    this.#site = new MachineSite(machine);
  }

  close(): void {
    for (const stack of this.#stacks) stack.close();
    this.#site.close();
  }

  async run(number: number): Promise<PairRecord> {
    const versions = this.#stacks.map(({ name }) => `${name}-${number}`);
    const before = (await this.#site.entries()).length;
    this.#stacks.forEach((stack, index) => {
      const version = versions[index] ?? "";
      stack.declare(this.#site.args(version, { takeOver: true, drainTimeout: 5, probe: { path: "/", timeout: 20 } }));
    });
    const { value: ends, seconds } = await timed(() => Promise.all(this.#stacks.map((stack) => stack.up())));
    const entries = (await this.#site.entries()).slice(before);
    const committed = entries.filter(({ step }) => step === "committed").map(({ to }) => to ?? "");
    const last = committed.at(-1) ?? "";
    const { wrong } = await checkInvariants(this.#site, { serves: last === "" ? versions : last });
    const failed = ends.flatMap(({ code, stdout, stderr }, index) =>
      code === 0 ? [] : [`5. the update to ${versions[index]} ended with ${code}: ${stdout}${stderr}`],
    );
    const incomplete = versions.filter((version) => !committed.includes(version));
    return {
      number,
      winner: this.#stacks[versions.indexOf(last)]?.name ?? "nobody",
      waited: ends.some(({ stdout }) => stdout.includes("waiting ")),
      violations: [
        ...failed,
        ...incomplete.map((version) => `6. the journal does not have ${version} committed`),
        ...wrong,
      ],
      seconds,
    };
  }

  /** What the machine can tell of what went wrong. */
  evidence(): Promise<string> {
    const { deployPath } = this.#site.site;
    return this.#site.must(`cat ${deployPath}/.site-release/journal.jsonl; tail -n 50 /var/log/nginx/error.log`);
  }
}
