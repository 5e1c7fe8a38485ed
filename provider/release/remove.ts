import { randomBytes } from "node:crypto";
import { SiteReleaseError } from "../errors.ts";
import { nextOf } from "../needs.ts";
import { converse } from "../transport/conversation.ts";
import { hostScript } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";

/** Which releases of a site go. */
export interface RemovalPlan {
  readonly deployPath: string;
  /** Names the live release. */
  readonly includePath: string;
  /** The owner ids of the resource that removes; the owner file on the host must name one of them. */
  readonly ownerIds: readonly string[];
}

export interface Removal {
  readonly removed: readonly string[];
  /** A sentence for each release that stays, or one for all. */
  readonly stays: readonly string[];
  /** The text of the site's owner file; absent while nobody has switched the site. */
  readonly owner?: string;
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["live", "it is live"],
  ["current", "current points at it"],
  ["previous", "it is what one can go back to"],
  ["draining", "requests that began before it was left may still use it"],
  ["not-ours", "this package has no manifest of it"],
  ["cannot-be-moved", "it could not be moved away"],
  ["switching", "a switch is under way"],
]);

/** Removes the releases that nothing serves, and never anything else. */
export async function removeReleases(transport: Transport, plan: RemovalPlan): Promise<Removal> {
  const inputs = {
    deploy_path: plan.deployPath,
    include_path: plan.includePath,
    owner_ids: plan.ownerIds.join("\n"),
    trash_name: randomBytes(6).toString("hex"),
  };
  const { outcome, failure, facts, texts } = await converse(transport, hostScript("remove"), inputs, {
    outcomes: ["removed", "nothing-live", "not-owner"],
  });
  const next = nextOf(facts);
  if (outcome === undefined)
    throw new SiteReleaseError(failure?.reason ?? "remove-failed", {
      action: `remove the releases of ${plan.deployPath}`,
      host: transport.host,
      observed: failure?.detail ?? "it failed",
      ...(next !== undefined && { next }),
    });
  const owner = texts.get("owner");
  return {
    removed: texts.get("removed") ?? [],
    stays: stays(
      outcome,
      facts.get("live-by") === "current" ? "current" : plan.includePath,
      plan,
      texts.get("stays") ?? [],
    ),
    ...(owner !== undefined && { owner: owner.join("\n") }),
  };
}

function stays(outcome: string, named: string, plan: RemovalPlan, lines: readonly string[]): string[] {
  if (outcome === "not-owner") return [`all releases of ${plan.deployPath}: the site is not this resource's`];
  if (outcome === "nothing-live")
    return [`all releases of ${plan.deployPath}: ${named} does not say which of them is live`];
  return lines.map((line) => {
    const [version = "", why = ""] = line.split(" ");
    return `${version}: ${reasons.get(why) ?? why}`;
  });
}
