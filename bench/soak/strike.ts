import { setTimeout as sleep } from "node:timers/promises";
import type { Machine } from "../../tests/support/machine.ts";
import type { Cuttable } from "./cuttable.ts";
import { killed, nginxOn, scriptOn } from "./hostProcesses.ts";
import type { SwitchCase } from "./plan.ts";
import type { SoakClient } from "./soakClient.ts";

/** What a fault can get at. */
export interface Reach {
  readonly machine: Machine;
  readonly client: SoakClient;
  readonly way: Cuttable;
}

/** Undoes what a fault did, as far as somebody has to. */
export type Mend = () => Promise<void>;

const BALLAST = "/var/tmp/ballast";
const PAGE = 4096;

/** Before a switch whose disk will be full: only the last megabyte is left, so that it can be filled in a moment. */
export async function fillUp({ machine }: Pick<Reach, "machine">): Promise<void> {
  await machine.must(`
    free=$(df --output=avail -B 1 /var/tmp | tail -n 1)
    [ "$free" -lt 1048576 ] || fallocate -l $((free - 1048576)) ${BALLAST}`);
}

/** Makes the fault; nothing comes back where there was nothing that it could hit. */
export async function strike({ fault, extent }: SwitchCase, reach: Reach): Promise<Mend | undefined> {
  const { machine, client, way } = reach;
  const nothing = async (): Promise<void> => {};
  switch (fault) {
    case "client-killed":
      client.kill();
      return nothing;
    case "connection-reset":
      way.reset();
      return nothing;
    case "silence":
      way.silence();
      return async () => way.resume();
    case "script-killed":
    case "session-killed": {
      const script = scriptOn(machine);
      if (script === undefined) return undefined;
      killed(fault === "script-killed" ? script : -script);
      return nothing;
    }
    case "nginx-killed": {
      for (const pid of nginxOn(machine)) killed(pid);
      const back = sleep(extent).then(() =>
        machine.must("systemctl reset-failed nginx.service; systemctl restart nginx.service"),
      );
      back.catch(() => {}); // whoever mends is told
      return async () => void (await back);
    }
    case "power-cut":
      await machine.powerCut();
      way.reset();
      return () => machine.boot();
    case "disk-full":
      await machine.root(`cat /dev/zero >>${BALLAST}; truncate -s -$((${extent} % 4 * ${PAGE})) ${BALLAST}`);
      return async () => void (await machine.must(`rm -f ${BALLAST}`));
  }
}
