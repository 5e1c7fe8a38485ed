import type { History, Switch } from "./history.ts";
import { columns, type Mark, type Paint, together } from "./layout.ts";
import { reasonText } from "./reasons.ts";
import { shown } from "./time.ts";
import { problemLines, restored } from "./words.ts";

/** One line a switch, newest last. */
export function renderHistory({ deployPath, host, problems, switches }: History, paint: Paint): string {
  if (problems.length > 0) return `${problemLines(problems, paint).join("\n")}\n`;
  if (switches.length === 0) return `No switch of ${deployPath} on ${host} yet.\n`;
  const rows = switches.map((each) => [
    shown(each.at),
    each.who,
    `${each.from ?? "-"} -> ${each.to}`,
    each.seconds === null ? "-" : `${each.seconds} s`,
    paint(MARKS[each.outcome], outcomeText(each)),
  ]);
  return `${columns(rows).join("\n")}\n`;
}

const MARKS: Readonly<Record<Switch["outcome"], Mark>> = {
  switched: "good",
  repaired: "good",
  unchanged: "key",
  running: "key",
  restored: "odd",
  failed: "odd",
  interrupted: "odd",
  unrestored: "bad",
};

/** How it ended, and why. */
export function outcomeText({ outcome, reason, restored: what, settledBy }: Switch): string {
  const why = reason === null ? "" : `: ${reasonText(reason)}`;
  const back = restored(what);
  switch (outcome) {
    case "restored":
      return `${together(`restored ${back ?? "what was before"}`)}${why}`;
    case "unrestored":
      return `restore failed${why}${settled(settledBy, back)}`;
    case "interrupted":
      return `interrupted${settled(settledBy, back)}`;
    case "failed":
      return `failed${reason === null ? ": it ended without a word" : why}`;
    case "running":
      return "goes on";
    default:
      return outcome;
  }
}

function settled(by: string | null, back: string | undefined): string {
  if (by === null) return "";
  return back === undefined ? `; ended by ${by}` : `; ${by} ${together(`restored ${back}`)}`;
}
