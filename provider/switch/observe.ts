import { SiteReleaseError } from "../errors.ts";
import { releaseDir, rootDir, type Site, versionOf } from "../site.ts";
import { converse } from "../transport/conversation.ts";
import { hostScript } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";
import { newRun, nginxInputs, runInputs } from "./inputs.ts";
import type { NginxPlan } from "./plan.ts";

/** What a site does at the moment. A difference is in words for people; absent: as a verified switch left it. */
export interface Observation {
  /** The version whose root the include names; absent: the placeholder, or nothing of ours. */
  readonly liveVersion?: string;
  readonly include?: string;
  readonly current?: string;
  readonly workers?: string;
}

/** Compares the host with the witness of the last verified switch to `version`. */
export async function observe(
  transport: Transport,
  site: Site,
  nginx: NginxPlan,
  version: string,
): Promise<Observation> {
  const inputs = { ...runInputs(newRun(), site.deployPath, []), ...nginxInputs(site, nginx) };
  const answer = await converse(transport, hostScript("observe"), inputs);
  if (answer.failure !== undefined) {
    throw new SiteReleaseError(answer.failure.reason, {
      action: `look at ${site.serverName}`,
      host: transport.host,
      observed: `${answer.failure.reason} ${answer.failure.detail}`.trim(),
    });
  }
  return observation(site, version, {
    includeState: answer.facts.get("include-state") ?? "missing",
    includeRoot: answer.facts.get("include-root") ?? "",
    includeLines: answer.texts.get("include") ?? [],
    current: answer.facts.get("current") ?? "",
    workers: answer.facts.get("workers") ?? "",
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
}

/** The same in words; what is as it should be has none. */
export function observation(site: Site, version: string, facts: SiteFacts): Observation {
  const live = versionOf(site, facts.includeRoot);
  const include = includeDrift(site, version, facts);
  const current = currentDrift(site, version, facts.current);
  const workers = workersDrift(facts.workers);
  return {
    ...(live !== undefined && { liveVersion: live }),
    ...(include !== undefined && { include }),
    ...(current !== undefined && { current }),
    ...(workers !== undefined && { workers }),
  };
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

function workersDrift(workers: string): string | undefined {
  if (workers === "witnessed") return undefined;
  if (workers === "not-running") return "nginx is not running";
  return "no proof that they read the include as it is now";
}
