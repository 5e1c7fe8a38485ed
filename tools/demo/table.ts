import type { LoadResult } from "../../tests/support/load/evaluate.ts";
import { failedOf, isAnnounced, type Performed } from "./promises.ts";

/** The demo's result, as lines. */
export function resultLines(performed: readonly Performed[], load: LoadResult): string[] {
  const { verdicts, versions, failures, latency } = load;
  const acts = performed.map(({ act }) => act);
  const announced = failures.filter((failure) => isAnnounced(failure, acts));
  return [
    ...columns([
      ["requests", "failed", "mixed", "stale", "p50", "p99"],
      [
        load.requests,
        failedOf(load, acts),
        verdicts.mixed,
        verdicts.stale,
        `${latency.p50} ms`,
        `${latency.p99} ms`,
      ].map(String),
    ]),
    "",
    ...columns([
      ["version", "requests", "failed", "first", "last"],
      ...versions.map(({ version, requests, failed, first, last }) => [
        version,
        String(requests),
        String(failed),
        `${first.toFixed(1)} s`,
        `${last.toFixed(1)} s`,
      ]),
    ]),
    "",
    ...columns([
      ["up to", "pulumi up", "switch", "p99 meanwhile", "ended"],
      ...performed.map(({ act, exitCode, seconds, switchSeconds, served }) => [
        act.version,
        `${seconds.toFixed(1)} s`,
        switchSeconds === undefined ? "-" : `${switchSeconds.toFixed(2)} s`,
        p99(load, act.title),
        `exit ${exitCode}, ${served ?? "nothing"} is served`,
      ]),
    ]),
    "",
    ...announced.map(
      ({ what, version, count, first, last }) =>
        `${count} requests met version ${version} and got ${what}, from second ${first.toFixed(1)} to ${last.toFixed(1)}: announced, so they are in the row of ${version} and not in the first one.`,
    ),
    `Closed unanswered on reused connections: ${verdicts.lostReused}. nginx before 1.27.4 closes idle kept-alive connections when it reloads; later ones have the cure, keepalive_min_timeout.`,
  ];
}

function p99({ windows }: LoadResult, title: string): string {
  const window = windows.find(({ label }) => label === title);
  return window === undefined ? "-" : `${window.latency.p99} ms`;
}

/** Right-aligned, two spaces apart; the last column is text. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number) =>
    column === widths.length - 1 ? text : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join("  "));
}
