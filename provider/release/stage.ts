import { randomBytes } from "node:crypto";
import { SiteReleaseError } from "../errors.ts";
import { releaseDir } from "../site.ts";
import { type Answer, converse } from "../transport/conversation.ts";
import { Output } from "../transport/output.ts";
import { hostScript, type ScriptInputs } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";
import { digestOf, manifestOf, type SourceDigest } from "./digest.ts";
import { Exclusion } from "./exclusion.ts";
import { modesOf } from "./modes.ts";
import type { ReleasePlan, ReleaseResult } from "./plan.ts";
import { prunedIn, retentionInputs } from "./retention.ts";
import { type Sendable, Sending } from "./sending.ts";
import { cleanShared, SharedPlaces } from "./shared.ts";
import { openSource, walkedOnce } from "./source.ts";
import { plainMode, writablePlaces } from "./writable.ts";

/** What the host's steps are called in the live tree. */
const steps: Readonly<Record<string, string>> = {
  sharing: "looking for the first content of shared paths",
  receiving: "uploading",
  based: "uploading",
  resending: "uploading what the newest release no longer has",
  verifying: "verifying",
  preparing: "preparing",
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
  const sendable = await sendableOf(plan, shared);
  const digest = sendable?.digest;
  if (digest && plan.sourceDigest !== undefined && digest.digest !== plan.sourceDigest) throw changedSince(plan);
  const sending = new Sending(plan, transport.host, progress);
  const output = new Output(progress);
  const answer = await converse(transport, hostScript("stage"), inputsOf(plan, digest), {
    step: (name, detail, said) => {
      progress(steps[name] ?? name);
      sending.hear({ name, detail, said });
    },
    payload: (stdin) => sending.run(stdin, sendable),
    output: (text) => output.hear(text),
  });
  if (sending.failure !== undefined) throw sending.failure;
  if (answer.outcome === undefined) throw failed(transport, plan, answer, output);
  const status = statusOf(answer.outcome);
  progress(`${status} ${plan.version}, ${sizeOf(sending.sent)} sent`);
  return {
    status,
    releaseDir: releaseDir(plan.deployPath, plan.version),
    releaseState: answer.facts.get("state") ?? "complete",
    releaseDigest: answer.facts.get("digest") ?? "",
    files: Number(answer.facts.get("files")),
    bytes: Number(answer.facts.get("bytes")),
    sentBytes: sending.sent,
    seconds: Math.round((performance.now() - started) / 10) / 100,
    pruned: prunedIn(answer, plan.retention),
    warnings: answer.texts.get("warning") ?? [],
  };
}

/** A directory is walked once, and what was learned of it is sent; an archive whose digest is known is read only to be sent. */
async function sendableOf(
  { source: path, exclude }: ReleasePlan,
  shared: SharedPlaces,
): Promise<(Sendable & { digest: SourceDigest }) | undefined> {
  const opened = path === undefined ? undefined : await openSource(path, new Exclusion(exclude));
  if (opened === undefined) return undefined;
  const source = walkedOnce(opened);
  if (source.form === "archive")
    return { source, shared, digest: await digestOf(source, shared), manifest: () => manifestOf(source, shared) };
  const manifest = await manifestOf(source, shared);
  return { source, shared, digest: manifest, manifest: () => Promise.resolve(manifest) };
}

function inputsOf(plan: ReleasePlan, digest: SourceDigest | undefined): ScriptInputs {
  const modes = modesOf(plan);
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
    ...retentionInputs(plan.retention),
    file_mode: modes.file.toString(8),
    exec_mode: modes.executable.toString(8),
    dedupe: plan.dedupe,
    prepare_count: String(plan.prepare.length),
    prepare_timeout: String(Math.ceil(plan.prepareTimeout)),
    ...Object.fromEntries(plan.prepare.map((command, index) => [`prepare_${index + 1}`, command])),
    writable_dirs: writable.inRelease.join("\n"),
    writable_shared: writable.inShared.join("\n"),
    writable_mode: plan.writableMode,
    writable_file_mode: plan.writableMode === "acl" ? "" : plainMode(plan.writableMode),
    writable_user: plan.writableUser ?? "",
  };
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
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

function failed(transport: Transport, plan: ReleasePlan, { failure, facts }: Answer, output: Output): SiteReleaseError {
  const next = facts.get("next");
  const done = facts.get("done");
  return new SiteReleaseError(failure?.reason ?? "release-failed", {
    action: actionOf(plan),
    host: transport.host,
    observed: prepareWords(failure, output) ?? failure?.detail ?? "it failed",
    ...(done !== undefined && { done }),
    ...(next !== undefined && { next }),
  });
}

function prepareWords(failure: Answer["failure"], output: Output): string | undefined {
  const { reason = "", detail = "" } = failure ?? {};
  const [number = "", code = ""] = detail.split(" ");
  if (reason === "prepare-failed")
    return `command ${number} of prepare ended with exit code ${code}${output.lastWords}`;
  if (reason === "prepare-late") return `prepare was not done after ${detail} s and was ended${output.lastWords}`;
  if (reason === "prepare-broken") return `what prepare made is no release: ${detail}`;
  return undefined;
}
