import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { atEnd } from "../../tests/support/ending.ts";
import { Contender, type Word } from "./contender.ts";
import { draw } from "./draw.ts";

/** What one race came to. */
export interface RaceRecord {
  readonly number: number;
  /** How many had both locks in the end. */
  readonly through: number;
  readonly killed: number;
  readonly violations: readonly string[];
  /** Seconds until the last one was through. */
  readonly seconds: number;
}

/** One race: how long each holds the locks in milliseconds, who takes the host's twice, and who is killed when. */
export interface Race {
  readonly holds: readonly number[];
  readonly restores: readonly boolean[];
  readonly victim: number | undefined;
  readonly delay: number;
}

/** Two of one site, two of another; all of one host. */
const SHELLS = [["dash"], ["busybox", "sh"], ["bash", "--posix"], ["dash"]] as const;
const LONGEST_HOLD = 6;
const LONGEST_DELAY = 40;
const STUCK_SECONDS = 30;
const MEMORY = "/dev/shm";

export function raceOf(seed: number, number: number): Race {
  const each = SHELLS.map((_, index) => index);
  return {
    holds: each.map((index) => draw(seed, number, `hold ${index}`, LONGEST_HOLD + 1)),
    restores: each.map((index) => draw(seed, number, `restore ${index}`, 4) === 0),
    victim: draw(seed, number, "kill", 2) === 0 ? draw(seed, number, "victim", SHELLS.length) : undefined,
    delay: draw(seed, number, "delay", LONGEST_DELAY + 1),
  };
}

/** Those who race, again and again. Who was killed is followed by another one. */
export class Racing {
  readonly #dir: string;
  readonly #contenders: (Contender | undefined)[] = [];
  readonly #undo: () => void;
  #count = 0;

  readonly #change: string;

  /** `change` is what a test makes of the locks, to see that the race would tell. */
  constructor(change = "") {
    this.#change = change;
    this.#dir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "site-release-races-"));
    this.#undo = atEnd(() => {
      for (const contender of this.#contenders) contender?.kill();
      rmSync(this.#dir, { recursive: true, force: true });
    });
    for (const site of ["one", "two"]) mkdirSync(join(this.#dir, site, ".site-release"), { recursive: true });
    mkdirSync(join(this.#dir, "nginx"));
  }

  close(): void {
    this.#undo();
  }

  async run(number: number, race: Race): Promise<RaceRecord> {
    const begun = performance.now();
    const racing = SHELLS.map((_, index) => this.#at(index));
    const all = racing.map((contender, index) => contender.race(race.holds[index] ?? 0, race.restores[index] ?? false));
    if (race.victim !== undefined) {
      await sleep(race.delay);
      racing[race.victim]?.kill();
    }
    const words = await Promise.all(all.map((word) => inTime(word)));
    const violations = words.flatMap((word, index) => {
      if (word === "dead" && index !== race.victim) return [`contender ${index} ended by itself`];
      return typeof word === "string" ? [] : [word.wrong];
    });
    words.forEach((word, index) => {
      if (word === "through" && index !== race.victim) return;
      this.#contenders[index]?.kill();
      this.#contenders[index] = undefined;
    });
    // Whoever waits reads it: it is not to grow with the count of races.
    if (number % 50 === 49)
      for (const site of ["one", "two"]) truncateSync(join(this.#dir, site, ".site-release/journal.jsonl"));
    return {
      number,
      through: words.filter((word) => word === "through").length,
      killed: words.filter((word) => word === "dead").length,
      violations,
      seconds: (performance.now() - begun) / 1000,
    };
  }

  #at(index: number): Contender {
    const site = join(this.#dir, index % 2 === 0 ? "one" : "two");
    const shell = SHELLS[index] ?? ["sh"];
    this.#contenders[index] ??= new Contender(shell, site, join(this.#dir, "nginx"), `c${++this.#count}`, this.#change);
    return this.#contenders[index];
  }
}

async function inTime(word: Promise<Word>): Promise<Word> {
  const late = new AbortController();
  const stuck = sleep(STUCK_SECONDS * 1000, { wrong: `stuck: no lock within ${STUCK_SECONDS} s` }, late);
  stuck.catch(() => {});
  const first = await Promise.race([word, stuck]);
  late.abort();
  return first;
}
