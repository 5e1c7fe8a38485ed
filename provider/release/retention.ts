import { randomBytes } from "node:crypto";
import { ownerName } from "../switch/owner.ts";
import type { Answer } from "../transport/conversation.ts";
import type { ScriptInputs } from "../transport/script.ts";

/** What of a site's older releases stays, and in whose name the others go. */
export interface Retention {
  /** How many complete releases stay besides those that are needed; -1: all. */
  readonly keepReleases: number;
  /** Names the live release. */
  readonly includePath: string;
  /** The owner ids of the resource that asks; the owner file on the host must name one of them. */
  readonly ownerIds: readonly string[];
}

const ALL: Retention = { keepReleases: -1, includePath: "", ownerIds: [] };

export function retentionInputs({ keepReleases, includePath, ownerIds }: Retention = ALL): ScriptInputs {
  return {
    keep_releases: String(keepReleases),
    include_path: includePath,
    owner_ids: ownerIds.join("\n"),
    trash_name: randomBytes(6).toString("hex"),
  };
}

/** What the host removed, in words. */
export function prunedIn({ facts, texts }: Answer, retention: Retention = ALL): string {
  const pruned = texts.get("pruned")?.join(", ");
  const reasons: ReadonlyMap<string, string> = new Map([
    ["owned", `the site belongs to ${ownerName((texts.get("owner") ?? []).join(""))}`],
    ["switching", "a switch is under way, or was interrupted"],
    ["nothing-live include", `${retention.includePath} names no release that is there`],
    ["nothing-live current", "current points at no release that is there"],
  ]);
  const why = facts.get("unpruned");
  if (why === undefined) return pruned ?? "none";
  return `${pruned === undefined ? "none" : `${pruned}, and no more`}: ${reasons.get(why) ?? why}`;
}
