import { cpus } from "node:os";

/** What this machine's processors have done since it was started, in milliseconds of all of them. */
export interface CoreTimes {
  readonly busy: number;
  readonly all: number;
}

export function coreTimes(): CoreTimes {
  const times = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ busy: user + nice + sys + irq, idle }));
  const busy = times.reduce((sum, each) => sum + each.busy, 0);
  return { busy, all: times.reduce((sum, each) => sum + each.idle, busy) };
}

/** How much of their time they were busy between two looks, 0 to 1. */
export function busyShare(from: CoreTimes, to: CoreTimes): number {
  return (to.busy - from.busy) / (to.all - from.all);
}
