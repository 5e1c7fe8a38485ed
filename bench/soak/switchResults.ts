import { conditions } from "../support/conditions.ts";
import { table } from "../support/figures.ts";
import { OUTCOMES, type Outcome } from "./outcome.ts";
import { FAULTS, type Fault } from "./plan.ts";
import type { SwitchRecord } from "./switching.ts";

/** The chapter on switches with faults. */
export function switchesChapter(records: readonly SwitchRecord[], seed: number): string {
  const violations = records.filter(({ violations }) => violations.length > 0).length;
  return `# Switches with a fault in each

What is true of a site whatever happens to a switch (CONTRIBUTING.md, "What must always be true")? A version is switched to, and at a
random moment after a random step something goes wrong. When the host has come to rest, the invariants are asked for; then the next switch is
made, which must need no hand and say what it found, and they are asked for again.

    npm run soak -- switches --count 1000

${conditions()}; seed ${seed}.
The host is a Debian 13 machine with systemd, sshd, nginx and php-fpm of its own; the client is the package's own code in a process of its own, over
SSH through a relay that can be cut. Two of three versions are healthy, the others fail their probe; one switch of twelve is the site's
first. Of the outcomes, "not begun" is a switch that ended before the include was written; what was interrupted afterwards is finished by the next switch if that goes to
the same version, and else restored by it. "At rest" is when the host's script has ended, and the machine or nginx is up again where that was the fault; a silent
client is waited for two seconds. "Missed" are faults that came when there was nothing left to hit.

${switchesTable(records)}

- ${records.length} switches: ${violations} with a violation.
`;
}

export function switchesTable(records: readonly SwitchRecord[]): string {
  const outcomes = Object.keys(OUTCOMES) as Outcome[];
  const row = (name: string, some: readonly SwitchRecord[]): [string, ...string[]] => [
    name,
    `${some.length}`,
    ...outcomes.map((outcome) => `${some.filter((record) => record.outcome === outcome).length}`),
    `${some.filter(({ hit }) => !hit).length}`,
    `${some.filter(({ violations }) => violations.length > 0).length}`,
    slowest(some.map(({ rest }) => rest)),
    slowest(some.map(({ next }) => next)),
  ];
  const head: [string, ...string[]] = [
    "fault",
    "runs",
    ...outcomes.map((outcome) => OUTCOMES[outcome]),
    "missed",
    "violations",
    "slowest at rest, s",
    "slowest next switch, s",
  ];
  const faults = Object.keys(FAULTS) as Fault[];
  return table([
    head,
    ...faults.map((fault) =>
      row(
        FAULTS[fault],
        records.filter((record) => record.fault === fault),
      ),
    ),
    row("all", records),
  ]);
}

function slowest(seconds: readonly number[]): string {
  return Math.max(0, ...seconds).toFixed(1);
}
