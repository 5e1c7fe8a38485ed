// A client that puts one release on a host, as a process of its own: its memory is what is measured. Its order comes as JSON in its one
// argument, and its report goes to standard output.
import { digestSource } from "../../provider/release/digest.ts";
import type { ReleasePlan, ReleaseResult } from "../../provider/release/plan.ts";
import type { Connection } from "../../provider/transport/connection.ts";
import { timed } from "./clock.ts";
import { peakOf } from "./peak.ts";
import { stage } from "./staging.ts";

export interface Order {
  readonly connection: Connection;
  readonly plan: ReleasePlan;
  readonly status: ReleaseResult["status"];
}

export interface ClientReport {
  /** From the first look at the source to the end, without the start of Node.js. */
  readonly seconds: number;
  /** The most memory that the process had, in bytes. */
  readonly peak: number;
}

async function main({ connection, plan, status }: Order): Promise<void> {
  const { seconds } = await timed(async () => {
    if (plan.source !== undefined) await digestSource(plan.source); // as the check before every update
    await stage(connection, plan, status);
  });
  const report: ClientReport = { seconds, peak: peakOf("self") };
  console.log(JSON.stringify(report));
}

main(JSON.parse(process.argv[2] ?? "")).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
