import type { Failure, LoadResult } from "../../tests/support/load/evaluate.ts";
import type { Act } from "./scenario.ts";

/** What came of an act. */
export interface Performed {
  readonly act: Act;
  readonly exitCode: number;
  /** How long `pulumi up` took, and how long of that the site was between two versions, as the report says. */
  readonly seconds: number;
  readonly switchSeconds?: number;
  /** The stack's output afterwards. */
  readonly liveVersion: string | undefined;
  /** The version that a fresh request met afterwards. */
  readonly served: string | undefined;
}

/** Failed requests that were announced: those that a version met which was well until it got traffic. */
export function isAnnounced(failure: Failure, acts: readonly Act[]): boolean {
  return (
    failure.verdict === "failed" &&
    acts.some(({ ending, version }) => ending === "restored" && version === failure.version)
  );
}

/** The requests that met nothing they should have, but for those that were announced. */
export function failedOf({ verdicts, failures }: LoadResult, acts: readonly Act[]): number {
  const announced = failures.filter((failure) => isAnnounced(failure, acts));
  return verdicts.failed + verdicts.lost - announced.reduce((total, { count }) => total + count, 0);
}

/** Every promise that was broken, as one sentence each. */
export function brokenPromises(performed: readonly Performed[], load: LoadResult): string[] {
  const acts = performed.map(({ act }) => act);
  return [
    ...performed.flatMap(brokenByAct),
    ...load.failures
      .filter((failure) => failure.verdict !== "lostReused" && !isAnnounced(failure, acts))
      .map(({ verdict, what, version, count, first, last }) => {
        const from = version === undefined ? "" : ` of version ${version}`;
        return `${count} requests were ${verdict}: ${what}${from}, from second ${first} to ${last}.`;
      }),
    ...load.versions
      .filter(({ version }) => acts.some((act) => act.ending === "refused" && act.version === version))
      .map(({ version, requests }) => `Version ${version} was refused, and yet it answered ${requests} requests.`),
    // A load that met nothing proves nothing.
    ...[...new Set(acts.map(({ live }) => live))]
      .filter((live) => !load.versions.some(({ version }) => version === live))
      .map((version) => `No request met version ${version}.`),
  ];
}

function brokenByAct({ act, exitCode, liveVersion, served }: Performed): string[] {
  const { version, ending, live } = act;
  const broken: string[] = [];
  if ((exitCode === 0) !== (ending === "live")) {
    broken.push(`pulumi up to ${version} ended with ${exitCode}, expected ${ending === "live" ? "0" : "an error"}.`);
  }
  if (liveVersion !== live)
    broken.push(`After ${version} the stack says that ${liveVersion} is live, expected ${live}.`);
  if (served !== live) broken.push(`After ${version} the site is served by ${served}, expected ${live}.`);
  return broken;
}
