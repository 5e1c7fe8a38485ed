import { SiteReleaseError } from "../errors.ts";
import { excerpt } from "../excerpt.ts";
import { nextOf } from "../needs.ts";
import type { Answer } from "../transport/conversation.ts";
import type { Output } from "../transport/output.ts";
import type { Transport } from "../transport/transport.ts";
import { firstDifference } from "./delta.ts";
import { showPath } from "./entry.ts";
import { toldContents } from "./hostList.ts";
import type { Manifest } from "./manifest.ts";
import { nameOf } from "./origin.ts";
import type { ReleasePlan } from "./plan.ts";

/** The reason of an error after which the same upload goes on where it ended; host/stage/receive.sh says it too. */
export const UPLOAD_CUT = "upload-cut";

/** The source is not what the preview was of. */
export function changedSince(plan: ReleasePlan): SiteReleaseError {
  return new SiteReleaseError("source-changed", {
    action: actionOf(plan),
    observed: `${plan.source && nameOf(plan.source)} has changed since the preview`,
    expected: `the digest ${plan.sourceDigest}`,
    done: "nothing was changed",
    next: "Preview again, and build each version in a directory of its own",
  });
}

/** The connection was lost while the release was sent. */
export function cut(transport: Transport, plan: ReleasePlan, cause: unknown): unknown {
  if (!(cause instanceof SiteReleaseError) || cause.reason !== "connection-lost") return cause;
  return new SiteReleaseError(
    UPLOAD_CUT,
    {
      action: actionOf(plan),
      host: transport.host,
      observed: `the connection was lost: ${cause.failure.observed}`,
      done: "the host keeps what had arrived",
      next: "Run it again: an upload of the same source goes on from there",
    },
    { cause },
  );
}

/** The host's script could not do its work; `manifest` is of what was to be sent. */
export function failed(
  transport: Transport,
  plan: ReleasePlan,
  { failure, facts, texts }: Answer,
  output: Output,
  manifest: Manifest | undefined,
): SiteReleaseError {
  const next = nextOf(facts);
  const done = facts.get("done");
  const arrived = toldContents({ texts }, "arrived", facts.get("arrived") ?? "");
  const broken = arrived && manifest && firstDifference(arrived, manifest.contents);
  return new SiteReleaseError(failure?.reason ?? "release-failed", {
    action: actionOf(plan),
    host: transport.host,
    observed:
      broken === undefined
        ? (prepareWords(plan, failure, output) ?? failure?.detail ?? "it failed")
        : `the release did not arrive as it was sent: ${showPath(broken)} is not what was sent`,
    ...(done !== undefined && { done }),
    ...(next !== undefined && { next }),
  });
}

function prepareWords(plan: ReleasePlan, failure: Answer["failure"], output: Output): string | undefined {
  const { reason = "", detail = "" } = failure ?? {};
  const [number = "", code = ""] = detail.split(" ");
  if (reason === "prepare-failed")
    return `"${excerpt(plan.prepare[Number(number) - 1] ?? number, 80)}" of prepare ended with exit code ${code}${output.lastWords}`;
  if (reason === "prepare-late") return `prepare was not done after ${detail} s and was ended${output.lastWords}`;
  if (reason === "prepare-broken") return `what prepare made is no release: ${detail}`;
  return undefined;
}

function actionOf(plan: ReleasePlan): string {
  return `put release ${plan.version} into ${plan.deployPath}`;
}
