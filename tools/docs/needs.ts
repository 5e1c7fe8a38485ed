import { type Need, needs } from "../../provider/needs.ts";

/** What a host needs, as a table: each with its feature, what happens without it, and what gives it. */
export function needsTable(): string {
  const head = ["right or tool", "feature", "without it", "what grants it"];
  const rows = Object.values(needs).map((need) => rowOf(need as Need));
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function rowOf({ what, feature, without, grant, example }: Need): string[] {
  return [what, feature, without, grant(...example)].map((cell) =>
    cell.replaceAll("|", "\\|").replaceAll("\n", "<br>"),
  );
}
