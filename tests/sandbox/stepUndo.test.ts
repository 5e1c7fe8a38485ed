import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { UndoableStep } from "../../provider/step/plan.ts";
import { undoStep } from "../../provider/step/undo.ts";
import { shellTransport } from "../support/shellTransport.ts";
import { alive, shells, site } from "../support/stepSite.ts";

/** The site, and its step migrate with what undoes it. */
function undoable(...args: Parameters<typeof site>) {
  const on = site(...args);
  const undo = (onRestore: string, plan: Partial<UndoableStep> = {}) =>
    undoStep(on.transport, { ...on.planOf("false"), onRestore, ...plan }, (status) => on.told.push(status));
  const record = () => readFileSync(join(on.own, "steps/2.migrate"), "utf8");
  return { ...on, undo, record };
}

for (const [name, shellIn] of Object.entries(shells))
  describe(`what undoes a step by ${name}`, { timeout: 90_000 }, () => {
    test("runs as the step did, and the step counts as not run", async (t) => {
      const { deployPath, run, undo, record, told, steps } = undoable(t, shellIn);
      await run("true");
      told.length = 0;
      const release = `${deployPath}/releases/2`;
      const onRestore =
        'pwd; echo "$RELEASE $VERSION $DEPLOY_PATH" >&2; cat; env | grep -c -e ^marker -e ^LC_ALL; true';
      assert.equal(await undo(onRestore), true);
      assert.deepEqual(
        told,
        ["running", release, `${release} 2 ${deployPath}`, "0"].map((line) => `onRestore of migrate: ${line}`),
      );
      assert.deepEqual([steps(), record()], [["2.migrate"], "undone\n"]);
      assert.equal(await undo("false"), false);
      const { ran, reason } = await run("true");
      assert.deepEqual([ran, reason, record()], [true, "2 goes live for the first time", "r1\n"]);
    });

    test("is an error with its last lines when it fails, and the step counts as not run all the same", async (t) => {
      const { dir, run, undo, record } = undoable(t, shellIn);
      await run("true");
      await assert.rejects(undo("echo no such table; exit 3"), {
        reason: "step-failed",
        message:
          "Cannot undo step migrate for 2 on this host: it ended with exit code 3, and printed last: no such table",
      });
      assert.equal(record(), "undone\n");
      await run("true");
      await assert.rejects(undo(`sleep 60 & echo $! >${dir}/child; sleep 60`, { timeout: 1 }), {
        reason: "step-late",
        message: "Cannot undo step migrate for 2 on this host: it was not done after 1 s and was ended",
      });
      assert.equal(alive(readFileSync(join(dir, "child"), "utf8").trim()), false);
      assert.equal((await run("true")).ran, true);
    });

    test("does not run for a step that did not, or that ran for another change, and takes no record away", async (t) => {
      const { dir, run, undo, commit, record, steps } = undoable(t, shellIn);
      const onRestore = `touch ${dir}/undone`;
      assert.deepEqual([await undo(onRestore), steps()], [false, []]);
      await run("true");
      commit("2");
      assert.deepEqual([await undo(onRestore), record()], [false, "r1\n"]);
      commit("1");
      assert.deepEqual([await undo(onRestore), record()], [false, "r1\n"]);
      assert.equal(existsSync(join(dir, "undone")), false);
    });
  });

test("what undoes a step goes on without its client", { timeout: 60_000 }, async (t) => {
  const { dir, run, transport, planOf, record } = undoable(t);
  await run("true");
  const onRestore = `echo begun; sleep 1; touch ${dir}/undone`;
  let close = (): void => {};
  const cut = {
    ...transport,
    start: async (command: string) => {
      const session = await transport.start(command);
      close = session.close;
      return session;
    },
  };
  const gone = undoStep(cut, { ...planOf("false"), onRestore }, (status) => {
    if (status.endsWith("begun")) close();
  });
  await assert.rejects(gone);
  assert.equal(existsSync(join(dir, "undone")), false);
  // The next run waits for it.
  assert.deepEqual([(await run("true")).ran, existsSync(join(dir, "undone")), record()], [true, true, "r1\n"]);
});

test("what undoes a step never runs where the host cannot keep that it did", async (t) => {
  const { dir, own, run, planOf, record } = undoable(t);
  await run("true");
  const programs = join(dir, "programs");
  mkdirSync(programs);
  writeFileSync(join(programs, "mv"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const onRestore = `touch ${dir}/undone`;
  await assert.rejects(
    undoStep(shellTransport({ programs }), { ...planOf("false"), onRestore }, () => {}),
    {
      reason: "step-unwritable",
      message: `Cannot undo step migrate for 2 on this host: ${own}/steps/2.migrate cannot be written. Make room, or see whose it is: ls -l ${own}/steps`,
    },
  );
  assert.deepEqual([existsSync(join(dir, "undone")), record()], [false, "r1\n"]);
});

test("an undone step that has nothing to do any more is as one that never ran", async (t) => {
  const { run, undo, commit, steps } = undoable(t);
  await run("true");
  await undo("true");
  assert.equal((await run("false", { runOn: "rollback" })).ran, false);
  assert.deepEqual(steps(), []);
  commit("2");
  assert.equal(await undo("false"), false);
});
