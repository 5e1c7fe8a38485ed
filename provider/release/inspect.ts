import { SiteReleaseError } from "../errors.ts";
import { converse } from "../transport/conversation.ts";
import { toldNumber } from "../transport/garbled.ts";
import { hostScript } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";

/** What one release is on its host, by the host's own manifest. */
export interface ReleaseState {
  /** "complete"; "missing"; "unfinished": a directory without a manifest; "changed: PATH": the first that the manifest has otherwise. */
  readonly state: string;
  /** Of the manifest; absent without one. */
  readonly digest?: string;
  readonly files?: number;
  readonly bytes?: number;
  /** The text of the site's owner file; absent while nobody has switched the site. */
  readonly owner?: string;
}

/** Where the release is looked for. */
export interface ReleasePlace {
  readonly deployPath: string;
  readonly version: string;
}

/** Looks at one release, reading every file that its manifest names, and changes nothing. */
export async function inspectRelease(transport: Transport, place: ReleasePlace): Promise<ReleaseState> {
  const inputs = { deploy_path: place.deployPath, version: place.version };
  const { outcome, failure, facts, texts } = await converse(transport, hostScript("inspect"), inputs, {
    outcomes: ["inspected"],
  });
  const state = facts.get("state");
  if (outcome === undefined || state === undefined)
    throw new SiteReleaseError(failure?.reason ?? "inspect-failed", {
      action: `look at release ${place.version} in ${place.deployPath}`,
      host: transport.host,
      observed: failure?.detail ?? "the host did not say what it has",
    });
  const [digest, owner] = [facts.get("digest"), texts.get("owner")];
  const count = (name: string): number => toldNumber(transport.host, facts, name);
  return {
    state,
    ...(digest !== undefined && { digest, files: count("files"), bytes: count("bytes") }),
    ...(owner !== undefined && { owner: owner.join("\n") }),
  };
}
