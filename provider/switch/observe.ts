import { SiteReleaseError } from "../errors.ts";
import { releaseDir, rootDir, type Site, versionOf } from "../site.ts";
import { converse } from "../transport/conversation.ts";
import { hostScript } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";
import { newRun, nginxInputs, runInputs } from "./inputs.ts";
import { ownerId, ownerName } from "./owner.ts";
import type { SwitchPlan } from "./plan.ts";

/** What of a switch's plan says how the site should be. */
export type Wanted = Pick<SwitchPlan, "site" | "version" | "strategy">;

/** What a site does at the moment. A difference is in words for people; absent: as a verified switch left it. */
export interface Observation {
  /** The version whose root the include names, or that `current` points at; absent: the placeholder, or nothing of ours. */
  readonly liveVersion?: string;
  readonly include?: string;
  readonly current?: string;
  readonly workers?: string;
  readonly owner?: string;
}

/** Compares the host with the witness of the last verified switch to `version`, and its owner with the one that has this id. */
export async function observe(
  transport: Transport,
  plan: Wanted & Pick<SwitchPlan, "nginx">,
  id: string,
): Promise<Observation> {
  const { site, nginx, strategy } = plan;
  const inputs = { ...runInputs(newRun(), site.deployPath, []), ...nginxInputs(site, nginx), strategy };
  const answer = await converse(transport, hostScript("observe"), inputs, { outcomes: ["observed"] });
  if (answer.failure !== undefined) {
    throw new SiteReleaseError(answer.failure.reason, {
      action: `look at ${site.serverName}`,
      host: transport.host,
      observed: `${answer.failure.reason} ${answer.failure.detail}`.trim(),
    });
  }
  return observation(plan, id, {
    includeState: answer.facts.get("include-state") ?? "missing",
    includeRoot: answer.facts.get("include-root") ?? "",
    includeLines: answer.texts.get("include") ?? [],
    current: answer.facts.get("current") ?? "",
    workers: answer.facts.get("workers") ?? "",
    lostName: answer.facts.get("lost-name") ?? "",
    owner: answer.facts.get("owner") ?? "",
  });
}

/** What host/switch/observe.sh tells. */
export interface SiteFacts {
  readonly includeState: string;
  readonly includeRoot: string;
  readonly includeLines: readonly string[];
  /** The target of `current`; empty: no link. */
  readonly current: string;
  readonly workers: string;
  /** The file of nginx's that named the include when the site was switched last, and does not now; empty: none. */
  readonly lostName: string;
  /** The owner file's line; empty: there is none. */
  readonly owner: string;
}

/** The same in words; what is as it should be has none. */
export function observation({ site, version, strategy }: Wanted, id: string, facts: SiteFacts): Observation {
  const owner = ownerDrift(facts.owner, id);
  const owned = owner === undefined ? {} : { owner };
  if (strategy === "symlink") return { ...linkObservation(site, version, facts.current), ...owned };
  const live = versionOf(site, facts.includeRoot);
  const include = includeDrift(site, version, facts);
  const current = currentDrift(site, version, facts.current);
  const workers = workersDrift(facts);
  return {
    ...(live !== undefined && { liveVersion: live }),
    ...(include !== undefined && { include }),
    ...(current !== undefined && { current }),
    ...(workers !== undefined && { workers }),
    ...owned,
  };
}

/** Where nginx follows `current`, neither the include nor what the workers have read of it matters. */
function linkObservation(site: Site, version: string, target: string): Observation {
  const current = currentDrift(site, version, target);
  const dir = target.startsWith("/") ? target : `${site.deployPath}/${target}`;
  const live = versionOf({ ...site, publicDir: "." }, dir);
  return { ...(live !== undefined && { liveVersion: live }), ...(current !== undefined && { current }) };
}

function includeDrift(site: Site, version: string, facts: SiteFacts): string | undefined {
  if (facts.includeState === "missing") return "missing";
  if (facts.includeState === "foreign") {
    return `edited: ${facts.includeLines
      .join(" ")
      .replace(/[^\x20-\x7e]/g, "?")
      .slice(0, 200)}`;
  }
  return facts.includeRoot === rootDir(site, version) ? undefined : `names ${facts.includeRoot}`;
}

function currentDrift(site: Site, version: string, target: string): string | undefined {
  const dir = releaseDir(site.deployPath, version);
  if (target === `releases/${version}` || target === dir) return undefined;
  return target === "" ? "missing" : `points at ${target}`;
}

function workersDrift({ workers, lostName }: SiteFacts): string | undefined {
  if (workers === "witnessed") return undefined;
  if (workers === "not-running") return "nginx is not running";
  return lostName === "" ? "no proof that they read the include as it is now" : `${lostName} names the include no more`;
}

function ownerDrift(line: string, id: string): string | undefined {
  if (line === "") return "nobody";
  return ownerId(line) === id ? undefined : ownerName(line);
}
