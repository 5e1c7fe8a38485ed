import { hash, randomBytes } from "node:crypto";
import { Dedupe } from "../args.ts";
import { releaseDir } from "../site.ts";
import { converse } from "../transport/conversation.ts";
import { toldNumber } from "../transport/garbled.ts";
import { Output } from "../transport/output.ts";
import { hostScript, type ScriptInputs } from "../transport/script.ts";
import { PATIENCE } from "../transport/talk.ts";
import type { Transport } from "../transport/transport.ts";
import { digestOf, manifestOf, type SourceDigest } from "./digest.ts";
import { Exclusion } from "./exclusion.ts";
import { modesOf } from "./modes.ts";
import { nameOf, openOrigin } from "./origin.ts";
import type { ReleasePlan, ReleaseResult } from "./plan.ts";
import { prunedIn, retentionInputs } from "./retention.ts";
import { type Sendable, Sending } from "./sending.ts";
import { cleanShared, SharedPlaces } from "./shared.ts";
import { walkedOnce } from "./source.ts";
import { changedSince, cut, failed } from "./stageErrors.ts";
import { plainMode, writablePlaces } from "./writable.ts";

/** Bytes a second, at the least: a large source is read here, and the whole release on the host. */
const SLOW_DISK = 1e6;

/** What the host's steps are called in the live tree. */
const steps: ReadonlyMap<string, string> = new Map([
  ["sharing", "looking for the first content of shared paths"],
  ["receiving", "uploading"],
  ["based", "uploading"],
  ["resending", "uploading what the newest release no longer has"],
  ["verifying", "verifying"],
  ["preparing", "preparing"],
  ["granting", "granting writable directories"],
  ["linking", "linking shared paths"],
  ["placing", "putting in place"],
  ["adopting", "adopting: watching that it stands still"],
]);

/** What a plan's source holds, if there is one. */
export type ReadSource = (Sendable & { readonly digest: SourceDigest }) | undefined;

/** Reads a plan's source: as soon as the plan is known, so that it goes beside the connecting. */
export async function readSource(plan: ReleasePlan): Promise<ReadSource> {
  const source = await sendableOf(plan, new SharedPlaces(plan));
  if (source && plan.sourceDigest !== undefined && source.digest.digest !== plan.sourceDigest) throw changedSince(plan);
  return source;
}

/** Puts a release on the host, or finds that it is there. Never touches traffic. `progress` gets short status lines. */
export async function stageRelease(
  transport: Transport,
  plan: ReleasePlan,
  progress: (status: string) => void,
  reading: Promise<ReadSource> = readSource(plan),
): Promise<ReleaseResult> {
  const started = performance.now();
  const sendable = await reading;
  const sending = new Sending(plan, transport.host, progress);
  const output = new Output(progress);
  const answer = await converse(transport, hostScript("stage"), inputsOf(plan, sendable?.digest), {
    outcomes: ["uploaded", "reused", "adopted"],
    patience: PATIENCE + plan.prepareTimeout + (sendable?.digest.bytes ?? 0) / SLOW_DISK,
    step: (name, detail, said) => {
      progress(steps.get(name) ?? name);
      sending.hear({ name, detail, said });
    },
    payload: (stdin) => sending.run(stdin, sendable),
    output: (text) => output.hear(text),
  }).catch((error: unknown) => {
    throw sending.isUnderWay ? cut(transport, plan, error) : error;
  });
  if (sending.failure !== undefined) throw sending.failure;
  if (answer.outcome === undefined) {
    // An archive is read again for it.
    const manifest = answer.facts.has("arrived") ? await sendable?.manifest().catch(() => undefined) : undefined;
    throw failed(transport, plan, answer, output, manifest);
  }
  const status = answer.outcome as ReleaseResult["status"];
  progress(`${status} ${plan.version}, ${sizeOf(sending.sent)} sent`);
  return {
    status,
    releaseDir: releaseDir(plan.deployPath, plan.version),
    releaseState: answer.facts.get("state") ?? "complete",
    releaseDigest: answer.facts.get("digest") ?? "",
    files: toldNumber(transport.host, answer.facts, "files"),
    bytes: toldNumber(transport.host, answer.facts, "bytes"),
    sentBytes: sending.sent,
    seconds: Math.round((performance.now() - started) / 10) / 100,
    pruned: prunedIn(answer, plan.retention),
    warnings: answer.texts.get("warning") ?? [],
  };
}

/** A directory is walked once, and what was learned of it is sent; an archive whose digest is known is read only to be sent. */
async function sendableOf({ source: origin, exclude }: ReleasePlan, shared: SharedPlaces): Promise<ReadSource> {
  const opened = origin === undefined ? undefined : await openOrigin(origin, new Exclusion(exclude));
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
  // What it changes in place must be this release's own: links come last then.
  const isPrepared = plan.prepare.length > 0;
  // What decides how the files of a release lie on disk.
  const files = {
    version: plan.version,
    source_digest: digest?.digest ?? "",
    shared_dirs: plan.sharedDirs.map(cleanShared).join("\n"),
    shared_files: plan.sharedFiles.map(cleanShared).join("\n"),
    dir_mode: plan.dirMode,
    file_mode: modes.file.toString(8),
    exec_mode: modes.executable.toString(8),
    dedupe: isPrepared ? Dedupe.Copy : plan.dedupe,
    dedupe_last: isPrepared ? plan.dedupe : Dedupe.Copy,
    writable_dirs: writable.inRelease.join("\n"),
  };
  return {
    ...files,
    deploy_path: plan.deployPath,
    public_dir: plan.publicDir,
    source_bytes: String(digest?.bytes ?? 0),
    missing_source: digest === undefined && plan.source !== undefined ? nameOf(plan.source) : "",
    stage_name: `${plan.version}.${randomBytes(6).toString("hex")}`,
    rest_key: digest === undefined ? "" : hash("sha256", JSON.stringify(files), "hex"),
    ...retentionInputs(plan.retention),
    prepare_count: String(plan.prepare.length),
    prepare_timeout: String(Math.ceil(plan.prepareTimeout)),
    ...Object.fromEntries(plan.prepare.map((command, index) => [`prepare_${index + 1}`, command])),
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
