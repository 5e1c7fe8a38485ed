import type { Outcome } from "./history.ts";
import { columns, type Paint } from "./layout.ts";
import type { Status } from "./status.ts";
import { shown } from "./time.ts";

const HEADINGS = ["version", "state", "since", "user", ""];

/** A line for each release, below their headings. */
export function releaseRows({ releases, live, previous, draining }: Status, paint: Paint): string[] {
  const held = new Set(draining.flatMap(({ versions }) => versions));
  const rows = releases.map(({ version, state, at, user, byOthers, lastSwitch }) => {
    const failed = lastSwitch === null ? undefined : FAILURES[lastSwitch.outcome];
    const notes = [
      version === live && "live",
      version === previous?.version && "previous",
      held.has(version) && "draining",
      failed !== undefined && paint("odd", failed),
    ];
    return [version, byOthers ? "by another tool" : state, shown(at), user, notes.filter(Boolean).join(", ")];
  });
  return columns([HEADINGS, ...rows]);
}

/** A release whose last switch came to no good may be at fault. */
const FAILURES: Partial<Record<Outcome, string>> = {
  failed: "last switch failed",
  restored: "last switch failed",
  unrestored: "last switch failed",
  interrupted: "last switch interrupted",
};
