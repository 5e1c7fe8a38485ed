import { setTimeout as sleep } from "node:timers/promises";
import type { OpcacheStatus } from "./answer.ts";
import type { Compiled, FailedScript } from "./survey.ts";
import type { OpcacheWay } from "./way.ts";

/** How scripts are compiled. */
export interface CompileWish {
  /** When it must have ended, by performance.now(). */
  readonly deadline: number;
  /** Aborts when nobody waits for it any more. */
  readonly over: AbortSignal;
  progress(done: number, all: number): void;
}

/** What became of all scripts. */
export interface Compilation extends Omit<Compiled, "died" | "protection" | "rest"> {
  /** Why it ended before the last script, and how many were not tried. */
  readonly stopped?: { readonly why: string; readonly untried: number };
  readonly after?: OpcacheStatus;
}

// Batches fit into memory_limit and max_execution_time, and a busy pool's child is not held for long.
const BATCH = 200;
const MOST_ALONE = 100;
const MOST_FAILURES = 12;
const LONGEST_PROTECTION = 10;

/** Compiles the scripts of a release into a cache in batches, and asks for those that fail once more, each in a request of its own. */
export async function compileScripts(
  way: OpcacheWay,
  dir: string,
  files: readonly string[],
  before: OpcacheStatus | undefined,
  wish: CompileWish,
): Promise<Compilation> {
  const run = new Run(way, dir, files.length, before, wish);
  const batches: string[][] = [];
  for (let at = 0; at < files.length; at += BATCH) batches.push(files.slice(at, at + BATCH));
  await run.all(batches);
  // Two scripts that declare the same name cannot be compiled in one request, and each is fine alone (php-src #16668).
  await run.all(run.takeFailed().map((file) => [file]));
  await run.fresh();
  return run.result();
}

class Run {
  readonly #way: OpcacheWay;
  readonly #dir: string;
  readonly #all: number;
  readonly #wasFull: boolean;
  readonly #wish: CompileWish;
  #compiled = 0;
  #already = 0;
  #failed: FailedScript[] = [];
  /** Those that were tried alone, and cost the worker its life. */
  readonly #lost: FailedScript[] = [];
  #fresh: string[] = [];
  readonly #future: string[] = [];
  readonly #refused: string[] = [];
  #protection = 0;
  #stopped: string | undefined;
  #untried = 0;
  #after: OpcacheStatus | undefined;

  constructor(way: OpcacheWay, dir: string, all: number, before: OpcacheStatus | undefined, wish: CompileWish) {
    this.#way = way;
    this.#dir = dir;
    this.#all = all;
    this.#wasFull = before?.full === true;
    this.#wish = wish;
  }

  async all(batches: string[][]): Promise<void> {
    let failures = 0;
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const left = (this.#wish.deadline - performance.now()) / 1000;
      if (this.#wish.over.aborted || left <= 0) this.#stopped ??= "the time was over";
      if (this.#stopped !== undefined) {
        this.#untried += batch.length;
        continue;
      }
      const reply = await this.#way.ask({ op: "compile", dir: this.#dir, files: batch }, left);
      const compiled = reply.kind === "answer" ? reply.answer.compiled : undefined;
      if (reply.kind === "answer" && compiled !== undefined) {
        failures = 0;
        this.#add(compiled);
        this.#look(reply.answer.after);
        if (compiled.died !== undefined) {
          // The script that PHP died of is tried alone; what stands behind it was not looked at.
          const { at, why } = compiled.died;
          this.#failed.push({ file: at, why });
          const rest = batch.slice(batch.indexOf(at) + 1);
          if (rest.length > 0 && batch.includes(at)) batches.unshift(rest);
        }
        if (compiled.rest > 0) batches.unshift(batch.slice(-compiled.rest));
        this.#wish.progress(this.#compiled + this.#already, this.#all);
        continue;
      }
      const why = reply.kind === "failed" ? reply.why : "it was not understood";
      failures++;
      if ((reply.kind === "failed" && reply.late) || failures > MOST_FAILURES) {
        this.#stopped = why;
        this.#untried += batch.length;
      } else if (batch.length === 1) this.#lost.push({ file: batch[0] ?? "", why });
      else {
        // A child that dies of one script takes the others of its batch along: it is among one half of them.
        const middle = Math.ceil(batch.length / 2);
        batches.unshift(batch.slice(0, middle), batch.slice(middle));
      }
    }
  }

  takeFailed(): string[] {
    if (this.#failed.length > MOST_ALONE) return [];
    return this.#failed.splice(0).map(({ file }) => file);
  }

  /** Waits until fresh scripts are old enough to be kept, and asks for them again. */
  async fresh(): Promise<void> {
    const wait = this.#protection * 1000 + 300;
    if (this.#fresh.length === 0 || this.#stopped !== undefined || this.#protection > LONGEST_PROTECTION) return;
    if (performance.now() + wait > this.#wish.deadline) return;
    await sleep(wait, undefined, { signal: this.#wish.over }).catch(() => {});
    const again = this.#fresh.splice(0);
    await this.all([again]);
    if (this.#stopped !== undefined) this.#fresh.push(...again);
  }

  result(): Compilation {
    return {
      compiled: this.#compiled,
      already: this.#already,
      failed: [...this.#failed, ...this.#lost],
      fresh: this.#fresh,
      future: this.#future,
      refused: this.#refused,
      ...(this.#stopped !== undefined && { stopped: { why: this.#stopped, untried: this.#untried } }),
      ...(this.#after !== undefined && { after: this.#after }),
    };
  }

  #add(compiled: Compiled): void {
    this.#compiled += compiled.compiled;
    this.#already += compiled.already;
    this.#failed.push(...compiled.failed);
    this.#fresh.push(...compiled.fresh);
    this.#future.push(...compiled.future);
    this.#refused.push(...compiled.refused);
    this.#protection = compiled.protection;
  }

  #look(after: OpcacheStatus | undefined): void {
    if (after === undefined) return;
    this.#after = after;
    // What is compiled while a restart waits is thrown away.
    if (after.restartPending || after.restartInProgress) this.#stopped ??= "opcache restarts as a whole meanwhile";
    else if (after.full && !this.#wasFull) this.#stopped ??= "the cache is full";
  }
}
