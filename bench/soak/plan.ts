import { choose, draw } from "./draw.ts";

/** What goes wrong during a switch, and what it is called in the results. */
export const FAULTS = {
  "client-killed": "client killed",
  "connection-reset": "SSH connection reset",
  silence: "SSH silent, then back",
  "script-killed": "script's shell killed",
  "session-killed": "script's session killed",
  "nginx-killed": "nginx killed, root restarts it",
  "power-cut": "power cut, booted again",
  "disk-full": "disk full, then freed",
} as const;
export type Fault = keyof typeof FAULTS;

// As the client's progress tells them; "starting" is before the host has said anything.
const HEALTHY = [
  "starting",
  "trying",
  "testing",
  "switching",
  "reloading",
  "probing",
  "committed",
  "draining",
] as const;
const UNHEALTHY = ["trying", "testing", "switching", "reloading", "probing", "restoring"] as const;
export type Step = (typeof HEALTHY)[number] | (typeof UNHEALTHY)[number];

/** One switch with one fault. */
export interface SwitchCase {
  readonly number: number;
  readonly fault: Fault;
  /** It happens so many milliseconds after the client has heard of this step, for the `nth` time. */
  readonly step: Step;
  readonly nth: number;
  readonly delay: number;
  /** Whether the version passes its probe. */
  readonly healthy: boolean;
  /** Whether no version was live before. */
  readonly first: boolean;
  /** Whether the next switch goes to the same version, if that is healthy. */
  readonly same: boolean;
  /** What else the fault needs: how long nginx is gone in milliseconds, how many pages the disk has left. */
  readonly extent: number;
}

const names = Object.keys(FAULTS) as Fault[];
const LONGEST_DELAY = 150;
const LONGEST_EXTENT = 600;

/** The case of a number; each fault comes once in as many cases as there are faults. */
export function caseOf(seed: number, number: number): SwitchCase {
  const healthy = draw(seed, number, "healthy", 3) > 0;
  const step = choose<Step>(seed, number, "step", healthy ? HEALTHY : UNHEALTHY);
  const fault = names[(number + draw(seed, 0, "fault", names.length)) % names.length] ?? "client-killed";
  return {
    number,
    fault,
    step,
    nth: step === "testing" ? 1 + draw(seed, number, "nth", 2) : 1,
    delay: draw(seed, number, "delay", LONGEST_DELAY + 1),
    healthy,
    first: draw(seed, number, "first", 12) === 0,
    same: draw(seed, number, "same", 2) === 0,
    extent: draw(seed, number, "extent", LONGEST_EXTENT + 1),
  };
}

/** As in "power-cut 93 ms after probing, a healthy version". */
export function caseWords({ fault, step, nth, delay, healthy, first }: SwitchCase): string {
  const again = nth > 1 ? " again" : "";
  return `${fault} ${delay} ms after ${step}${again}, ${healthy ? "a healthy" : "an unhealthy"} version${first ? ", the site's first" : ""}`;
}
