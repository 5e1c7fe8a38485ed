import { once } from "node:events";
import type { Writable } from "node:stream";
import { gzipSync } from "node:zlib";
import { SiteReleaseError } from "../errors.ts";
import type { Answer } from "../transport/conversation.ts";
import { findCopies, type SharedCopies } from "./copies.ts";
import { keptFiles, keptRecords, restFiles } from "./delta.ts";
import { allAbove, type ReleasePath } from "./entry.ts";
import { missingPaths, restRecords, toldContents } from "./hostList.ts";
import type { Contents, Manifest } from "./manifest.ts";
import { recallManifest } from "./manifestCache.ts";
import { isLinked, modesOf, ownModesOf } from "./modes.ts";
import { type Packing, packingFor } from "./packing.ts";
import type { ReleasePlan } from "./plan.ts";
import type { SharedPlaces } from "./shared.ts";
import type { Source } from "./source.ts";
import { sendStream, type Write } from "./upload.ts";
import { writableTest } from "./writable.ts";

/** What an upload is made of; the manifest is asked for when the host wants the release, and not before. */
export interface Sendable {
  readonly source: Source;
  readonly shared: SharedPlaces;
  manifest(): Promise<Manifest>;
}

/** What the host says of a step that it begins. */
interface Step {
  readonly name: string;
  readonly detail: string;
  readonly said: Answer;
}

/** The client's side of an upload: each part of it begins when the host says that it is ready, and not before. */
export class Sending {
  sent = 0;
  /** Why the source could not be sent; the host was told, and removed what had arrived. */
  failure: unknown;
  /** Whether some of the release may have arrived, and not all. */
  isUnderWay = false;
  readonly #plan: ReleasePlan;
  readonly #host: string;
  readonly #progress: (status: string) => void;
  readonly #steps: Step[] = [];
  #gone: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};

  constructor(plan: ReleasePlan, host: string, progress: (status: string) => void) {
    this.#plan = plan;
    this.#host = host;
    this.#progress = progress;
  }

  /** The host begins a step. */
  hear(step: Step): void {
    if (step.name === "verifying") this.isUnderWay = false;
    this.#steps.push(step);
    this.#wake();
  }

  async run(stdin: Writable, sendable: Sendable | undefined): Promise<void> {
    this.#gone = closed(stdin);
    const first = await this.#next(stdin, ["sharing", "receiving"]);
    const receiving = first?.name === "sharing" ? await this.#next(stdin, ["receiving"]) : first;
    if (sendable === undefined || first === undefined || receiving === undefined) return;
    try {
      const copies = first === receiving ? undefined : await this.#offer(stdin, sendable, first.detail);
      await this.#send(stdin, sendable, receiving, copies);
    } catch (error) {
      this.failure =
        error instanceof SiteReleaseError
          ? new SiteReleaseError(error.reason, {
              ...error.failure,
              host: this.#host,
              done: "what had arrived was removed",
            })
          : error;
      await this.#write(stdin, Buffer.from("-\n"));
    }
    stdin.end();
  }

  /** The host lacks these shared paths, by number, and asks for the source's own copies. */
  async #offer(stdin: Writable, { source, shared }: Sendable, numbers: string): Promise<SharedCopies> {
    const copies = await findCopies(source, shared, numbers.split(" ").map(Number));
    await this.#write(stdin, Buffer.from(`${copies.offered.join(" ")}\n`));
    return copies;
  }

  async #send(
    stdin: Writable,
    { source, shared, manifest: made }: Sendable,
    { detail, said }: Step,
    copies: SharedCopies | undefined,
  ): Promise<void> {
    const [pack = "", digest = ""] = detail.split(" ");
    const manifest = await made();
    const packing = packingFor(pack);
    const base = digest === "" ? undefined : await this.#base(stdin, digest);
    const isOwn = writableTest(this.#plan.writableDirs);
    const there = restFiles(manifest, restRecords(said));
    const kept = base === undefined ? new Set<ReleasePath>() : keptFiles(manifest, base, isOwn);
    for (const path of there) kept.delete(path);
    const wants = (path: ReleasePath): boolean => !kept.has(path) && !there.has(path);
    const sizesOf = (isWanted: (path: ReleasePath) => boolean): number[] =>
      [...manifest.sizes].filter(([path]) => isWanted(path)).map(([, size]) => size);
    const coming = sizesOf(wants);
    // What is copied from the base takes room, what is linked does not.
    const needs = needsOf(manifest, isLinked(this.#plan) ? coming : sizesOf((path) => !there.has(path)));
    this.isUnderWay = true;
    await this.#write(stdin, head(packing, keptRecords(manifest, kept), `${coming.length} ${needs}`));
    const modes = { modes: modesOf(this.#plan), ownModes: ownModesOf(this.#plan), isOwn };
    const common = { source, shared, manifest, ...modes, ...(copies && { copies }) };
    const onRead = this.#percent(coming.reduce((total, size) => total + size, 0));
    const write: Write = (bytes) => this.#write(stdin, bytes);
    await sendStream({ ...common, onRead, wants }, packing, write);
    const again = await this.#next(stdin, ["resending", "verifying"]);
    if (again?.name !== "resending") return;
    const missing = missingPaths(again.said);
    await sendStream({ ...common, onRead: () => {}, wants: (path) => missing.has(path) }, packing, write);
  }

  /** The contents of the host's base, which it tells only where they are not known here. */
  async #base(stdin: Writable, digest: string): Promise<Contents | undefined> {
    const known = await recallManifest(digest);
    if (known !== undefined) return known;
    await this.#write(stdin, Buffer.from("base\n"));
    const based = await this.#next(stdin, ["based"]);
    return based && toldContents(based.said, "base", digest);
  }

  /** Writes as fast as the host takes it; false when the host has closed its end. */
  async #write(stdin: Writable, chunk: Uint8Array): Promise<boolean> {
    if (stdin.destroyed || stdin.closed) return false;
    this.sent += chunk.length;
    if (!stdin.write(chunk)) await Promise.race([once(stdin, "drain"), this.#gone]);
    return true;
  }

  /** The next step of one of these names; undefined when the host has closed its end. */
  async #next(stdin: Writable, names: readonly string[]): Promise<Step | undefined> {
    while (!stdin.destroyed && !stdin.closed) {
      const step = this.#steps.shift();
      if (step !== undefined && names.includes(step.name)) return step;
      if (step !== undefined) continue;
      const told = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([told, this.#gone]);
    }
    return undefined;
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

/** What host/stage/receive.sh reads first. */
function head(packing: Packing, kept: Buffer, counts: string): Buffer {
  const list = kept.length === 0 ? kept : gzipSync(kept, { level: 1 });
  return Buffer.concat([Buffer.from(`${packing.name} ${list.length} ${counts}\n`), list]);
}

/** The inodes and KiB that files of these sizes need: whole blocks, mostly of 4 KiB. Directories and links come in every upload. */
function needsOf({ contents, sizes: files }: Manifest, sizes: readonly number[]): string {
  const blocks = sizes.reduce((total, size) => total + Math.ceil(size / 4096) * 4, 0);
  const inodes = sizes.length + allAbove(contents.keys()).size + contents.size - files.size;
  return `${inodes} ${blocks}`;
}

/** Resolves when nobody reads what is written any more. */
function closed(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.closed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once("close", resolve);
    stream.once("error", () => resolve());
  });
}
