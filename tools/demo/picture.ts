import { writeFileSync } from "node:fs";
import { svgOf } from "../../bench/support/chart.ts";
import type { LoadResult, Mark, Sample } from "../../tests/support/load/evaluate.ts";
import { chartOf } from "./chart.ts";
import { failedOf, isAnnounced } from "./promises.ts";
import type { Act } from "./scenario.ts";
import { timelineOf } from "./timeline.ts";

/** What was sent while the acts were performed, and what came of it. */
export interface Met {
  readonly samples: readonly Sample[];
  readonly marks: readonly Mark[];
  readonly result: LoadResult;
}

/** Writes what the load met as an SVG file. */
export async function writePicture(path: string, { samples, marks, result }: Met, acts: readonly Act[]): Promise<void> {
  const { requests, verdicts } = result;
  const title = `${requests} requests while versions come and go: ${failedOf(result, acts)} failed, ${verdicts.mixed} met a mixture`;
  const chart = chartOf(timelineOf(samples, marks, acts), title, notesOf(result, acts));
  writeFileSync(path, await svgOf(chart));
}

/** What is counted apart. */
function notesOf({ failures, verdicts }: LoadResult, acts: readonly Act[]): readonly string[] {
  const announced = failures
    .filter((failure) => isAnnounced(failure, acts))
    .map(
      ({ count, version, what }) =>
        `Counted apart: ${count} met version ${version}, whose probe failed, and got ${what} before it lost the traffic`,
    );
  return [...announced, `${verdicts.lostReused} closed unanswered by a reload, on reused connections`];
}
