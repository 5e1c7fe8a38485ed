import { randomBytes } from "node:crypto";
import type { Writable } from "node:stream";
import { SiteReleaseError } from "../errors.ts";
import { releaseDir } from "../site.ts";
import { type Answer, converse } from "../transport/conversation.ts";
import { hostScript, type ScriptInputs } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";
import { findCopies } from "./copies.ts";
import { digestOf, manifestOf, type SourceDigest } from "./digest.ts";
import { Exclusion } from "./exclusion.ts";
import type { ReleasePlan, ReleaseResult } from "./plan.ts";
import { cleanShared, SharedPlaces } from "./shared.ts";
import { openSource, type Source } from "./source.ts";
import { closed, sendRelease } from "./upload.ts";
import { plainMode, writablePlaces } from "./writable.ts";

/** What the host's steps are called in the live tree. */
const steps: Readonly<Record<string, string>> = {
  sharing: "looking for the first content of shared paths",
  receiving: "uploading",
  verifying: "verifying",
  granting: "granting writable directories",
  linking: "linking shared paths",
  placing: "putting in place",
  adopting: "adopting: watching that it stands still",
};

/** Puts a release on the host, or finds that it is there. Never touches traffic. `progress` gets short status lines. */
export async function stageRelease(
  transport: Transport,
  plan: ReleasePlan,
  progress: (status: string) => void,
): Promise<ReleaseResult> {
  const started = performance.now();
  const shared = new SharedPlaces(plan);
  const source = plan.source === undefined ? undefined : await openSource(plan.source, new Exclusion(plan.exclude));
  const digest = source && (await digestOf(source, shared));
  if (digest && plan.sourceDigest !== undefined && digest.digest !== plan.sourceDigest) throw changedSince(plan);
  const sending = new Sending(transport, plan, progress);
  const answer = await converse(transport, hostScript("stage"), inputsOf(plan, digest), {
    step: (name, detail) => {
      progress(steps[name] ?? name);
      if (name === "sharing") sending.want(detail);
      if (name === "receiving") sending.begin();
    },
    payload: (stdin) => sending.run(stdin, source, shared),
  });
  if (sending.failure !== undefined) throw sending.failure;
  if (answer.outcome === undefined) throw failed(transport, plan, answer);
  return {
    status: statusOf(answer.outcome),
    releaseDir: releaseDir(plan.deployPath, plan.version),
    releaseDigest: answer.facts.get("digest") ?? "",
    files: Number(answer.facts.get("files")),
    bytes: Number(answer.facts.get("bytes")),
    sentBytes: sending.sent,
    seconds: Math.round((performance.now() - started) / 10) / 100,
    warnings: answer.texts.get("warning") ?? [],
  };
}

/** The client's side of an upload: it begins when the host says that it receives, and not before. */
class Sending {
  sent = 0;
  /** Why the source could not be sent; the host then saw a cut upload and removed what had arrived. */
  failure: unknown;
  readonly #transport: Transport;
  readonly #plan: ReleasePlan;
  #wanted: readonly number[] = [];
  readonly #progress: (status: string) => void;
  readonly #begun: Promise<void>;
  #begin: () => void = () => {};

  constructor(transport: Transport, plan: ReleasePlan, progress: (status: string) => void) {
    this.#transport = transport;
    this.#plan = plan;
    this.#progress = progress;
    this.#begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  /** The host lacks these shared paths, by number, and asks for the source's own copies. */
  want(numbers: string): void {
    this.#wanted = numbers.split(" ").map(Number);
  }

  begin(): void {
    this.#begin();
  }

  async run(stdin: Writable, source: Source | undefined, shared: SharedPlaces): Promise<void> {
    await Promise.race([this.#begun, closed(stdin)]);
    if (source === undefined || stdin.destroyed || stdin.closed) return;
    try {
      const manifest = await manifestOf(source, shared);
      const modes = { dir: Number.parseInt(this.#plan.dirMode, 8), file: Number.parseInt(this.#plan.fileMode, 8) };
      const copies = this.#wanted.length === 0 ? undefined : await findCopies(source, shared, this.#wanted);
      const onRead = this.#percent(manifest.bytes);
      this.sent = await sendRelease({ source, shared, manifest, modes, onRead, ...(copies && { copies }) }, stdin);
    } catch (error) {
      this.failure =
        error instanceof SiteReleaseError
          ? new SiteReleaseError(error.reason, {
              ...error.failure,
              host: this.#transport.host,
              done: "what had arrived was removed",
            })
          : error;
    }
    stdin.end(); // ends a whole stream, and cuts one that failed: the host then cleans up and says so
  }

  #percent(bytes: number): (read: number) => void {
    let read = 0;
    let told = 0;
    return (more) => {
      read += more;
      const percent = Math.floor((read * 100) / Math.max(bytes, 1));
      if (percent > told) this.#progress(`uploading ${percent} %`);
      told = percent;
    };
  }
}

function inputsOf(plan: ReleasePlan, digest: SourceDigest | undefined): ScriptInputs {
  const writable = writablePlaces(plan.writableDirs, plan);
  return {
    deploy_path: plan.deployPath,
    version: plan.version,
    public_dir: plan.publicDir,
    source_digest: digest?.digest ?? "",
    source_bytes: String(digest?.bytes ?? 0),
    missing_source: digest === undefined ? (plan.source ?? "") : "",
    stage_name: `${plan.version}.${randomBytes(6).toString("hex")}`,
    shared_dirs: plan.sharedDirs.map(cleanShared).join("\n"),
    shared_files: plan.sharedFiles.map(cleanShared).join("\n"),
    dir_mode: plan.dirMode,
    writable_dirs: writable.inRelease.join("\n"),
    writable_shared: writable.inShared.join("\n"),
    writable_mode: plan.writableMode,
    writable_file_mode: plan.writableMode === "acl" ? "" : plainMode(plan.writableMode),
    writable_user: plan.writableUser ?? "",
  };
}

function statusOf(outcome: string): ReleaseResult["status"] {
  if (outcome === "uploaded" || outcome === "reused" || outcome === "adopted") return outcome;
  throw new Error(`the host ended with "${outcome}", which no version of this package says`);
}

function actionOf(plan: ReleasePlan): string {
  return `put release ${plan.version} into ${plan.deployPath}`;
}

function changedSince(plan: ReleasePlan): SiteReleaseError {
  return new SiteReleaseError("source-changed", {
    action: actionOf(plan),
    observed: `${plan.source} has changed since the preview`,
    expected: `the digest ${plan.sourceDigest}`,
    done: "nothing was changed",
    next: "Preview again, and build each version in a directory of its own",
  });
}

function failed(transport: Transport, plan: ReleasePlan, { failure, facts }: Answer): SiteReleaseError {
  const next = facts.get("next");
  const done = facts.get("done");
  return new SiteReleaseError(failure?.reason ?? "release-failed", {
    action: actionOf(plan),
    host: transport.host,
    observed: failure?.detail ?? "it failed",
    ...(done !== undefined && { done }),
    ...(next !== undefined && { next }),
  });
}
