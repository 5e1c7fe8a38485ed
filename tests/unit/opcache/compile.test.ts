import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OpcacheQuestion, OpcacheStatus } from "../../../provider/opcache/answer.ts";
import { compileScripts } from "../../../provider/opcache/compile.ts";
import { type Compiled, parseCompiled } from "../../../provider/opcache/survey.ts";
import type { Reply } from "../../../provider/opcache/way.ts";
import { opcacheAnswer, opcacheStatus } from "../../support/opcache.ts";

const names = (count: number) => Array.from({ length: count }, (_, index) => `${index}.php`);

/** Compiles by a cache that answers each batch as `answers` says; gives the batches as well. */
async function compiled(
  files: readonly string[],
  answers: (files: readonly string[]) => Partial<Compiled> | Reply,
  { after = opcacheStatus(), seconds = 60 }: { readonly after?: OpcacheStatus; readonly seconds?: number } = {},
) {
  const batches: (readonly string[])[] = [];
  const ask = async (question: OpcacheQuestion): Promise<Reply> => {
    if (question.op !== "compile") throw new Error(question.op);
    batches.push(question.files);
    const said = answers(question.files);
    if ("kind" in said) return said;
    return { kind: "answer", answer: opcacheAnswer({ after, compiled: { ...parseCompiled({}), ...said } }) };
  };
  const wish = { deadline: performance.now() + seconds * 1000, over: new AbortController().signal, progress() {} };
  const { after: _, ...result } = await compileScripts({ place: "p", ask }, "/r/2/", files, opcacheStatus(), wish);
  return { ...result, batches: batches.map((batch) => batch.length) };
}

const all = (files: readonly string[]) => ({ compiled: files.length });
const nothing = { compiled: 0, already: 0, failed: [], fresh: [], future: [], refused: [] };

describe("compileScripts", () => {
  it("asks for 200 at a time", async () => {
    assert.deepEqual(await compiled(names(401), all), { ...nothing, compiled: 401, batches: [200, 200, 1] });
  });

  it("asks again for what the request had no memory left for", async () => {
    const most = (files: readonly string[]) => ({
      compiled: Math.min(3, files.length),
      rest: Math.max(0, files.length - 3),
    });
    assert.deepEqual(await compiled(names(8), most), { ...nothing, compiled: 8, batches: [8, 5, 2] });
  });

  it("tries a script alone that failed among others, or that PHP died of, and goes on behind it", async () => {
    const dies = (files: readonly string[]) =>
      files.length > 1 && files.includes("1.php")
        ? { compiled: 1, died: { why: "memory", at: "1.php" } }
        : { compiled: files.length };
    assert.deepEqual(await compiled(names(4), dies), { ...nothing, compiled: 4, batches: [4, 2, 1] });
  });

  it("halves a batch whose worker died without a word, down to the one script", async () => {
    const dies = (files: readonly string[]): Partial<Compiled> | Reply =>
      files.includes("5.php") ? { kind: "failed", why: "the child died" } : { compiled: files.length };
    assert.deepEqual(await compiled(names(8), dies), {
      ...nothing,
      compiled: 7,
      failed: [{ file: "5.php", why: "the child died" }],
      batches: [8, 4, 4, 2, 1, 1, 2],
    });
  });

  it("gives up where nothing goes any more, nothing is kept, or the time is over", async () => {
    const dead = await compiled(names(300), () => ({ kind: "failed", why: "no pool" }));
    assert.deepEqual([dead.stopped, dead.batches.length], [{ why: "no pool", untried: 297 }, 13]);
    const late = await compiled(names(300), () => ({ kind: "failed", why: "busy", late: true }));
    assert.deepEqual([late.stopped, late.batches.length], [{ why: "busy", untried: 300 }, 1]);
    const full = await compiled(names(300), all, { after: opcacheStatus({ full: true }) });
    assert.deepEqual(full.stopped, { why: "the cache is full", untried: 100 });
    const restarting = await compiled(names(300), all, { after: opcacheStatus({ restartPending: true }) });
    assert.deepEqual(restarting.stopped, { why: "opcache restarts as a whole meanwhile", untried: 100 });
    const over = await compiled(names(300), all, { seconds: 0 });
    assert.deepEqual([over.stopped, over.batches], [{ why: "the time was over", untried: 300 }, []]);
  });
});
