import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { StepPlan } from "../../provider/step/plan.ts";
import { runStep } from "../../provider/step/run.ts";
import { until } from "../support/command.ts";
import { alive, shells, site } from "../support/stepSite.ts";

for (const [name, shellIn] of Object.entries(shells))
  describe(`a step by ${name}`, { timeout: 90_000 }, () => {
    test("runs in the release with its environment, a closed input and both streams, and is recorded", async (t) => {
      const { deployPath, own, run, told, steps } = site(t, shellIn);
      const { ran, reason, stdout } = await run(
        'pwd; echo "$RELEASE $VERSION $DEPLOY_PATH"; echo "to err" >&2; cat; env | grep -c -e ^marker -e ^LC_ALL; true',
      );
      const release = `${deployPath}/releases/2`;
      const printed = `${release}\n${release} 2 ${deployPath}\nto err\n0\n`;
      assert.deepEqual([ran, reason, stdout], [true, "2 goes live for the first time", printed]);
      assert.deepEqual(told, ["running", ...printed.trimEnd().split("\n")]);
      assert.deepEqual([steps(), readFileSync(join(own, "steps/2.migrate"), "utf8")], [["2.migrate"], "r1\n"]);
    });

    test("that ends with an exit code is an error with its last lines, and runs again", async (t) => {
      const { run, steps } = site(t, shellIn);
      await assert.rejects(run("seq 1 7; printf '\\033[2Jno line end'; exit 3"), {
        reason: "step-failed",
        message:
          "Cannot run step migrate for 2 on this host: it ended with exit code 3, and printed last: 4 | 5 | 6 | 7 | \\u{1b}[2Jno line end; what it did stays done. Nothing was switched. The next `pulumi up` runs the step again",
      });
      await assert.rejects(run("kill -9 $$"), /it ended with exit code 137; what it did/);
      await assert.rejects(run("no-such-command-here"), /it ended with exit code 127, and printed last: .*not found/);
      assert.deepEqual(steps(), []);
      assert.equal((await run("true")).ran, true);
    });

    test("whose time is up ends with everything that it started", async (t) => {
      const { dir, run, steps } = site(t, shellIn);
      const command = `trap '' TERM; echo begun; sh -c 'while :; do sleep 1; done' & echo $! >${dir}/child; wait; while :; do sleep 1; done`;
      const start = performance.now();
      await assert.rejects(run(command, { timeout: 1 }), {
        reason: "step-late",
        message:
          "Cannot run step migrate for 2 on this host: it was not done after 1 s and was ended, and printed last: begun; what it did stays done. Nothing was switched. The next `pulumi up` runs the step again",
      });
      assert.ok(performance.now() - start < 15_000);
      const child = readFileSync(join(dir, "child"), "utf8").trim();
      await until("the child's end", 3, async () => !alive(child));
      assert.deepEqual(steps(), []);
    });

    test("that obeys when its time is up is not waited for, and its children are killed", async (t) => {
      const { dir, run } = site(t, shellIn);
      const start = performance.now();
      await assert.rejects(run(`sleep 60 & echo $! >${dir}/child; sleep 60`, { timeout: 1 }), { reason: "step-late" });
      assert.ok(performance.now() - start < 5000);
      assert.equal(alive(readFileSync(join(dir, "child"), "utf8").trim()), false);
    });

    test("that floods is kept to its last 64 kB", async (t) => {
      const { run } = site(t, shellIn);
      const { stdout } = await run("yes 0123456789abcdef | head -c 20000000; printf é%.0s 1 2; echo the end");
      assert.equal(Buffer.byteLength(stdout), 65_536);
      assert.match(stdout, /^[0-9a-f]*\n(0123456789abcdef\n)+0*[0-9a-f]*éé?the end\n$/);
    });

    test("may leave something running whose output is elsewhere, and is not held by one whose output is not", async (t) => {
      const { dir, run } = site(t, shellIn);
      const start = performance.now();
      const { stdout } = await run(`sleep 30 & echo $! >${dir}/child; echo done`);
      assert.equal(stdout, "done\n");
      assert.ok(performance.now() - start < 5000);
      process.kill(Number(readFileSync(join(dir, "child"), "utf8")));
    });
  });

test("a step whose client is gone runs to its end, and the next run finds that it ran", {
  timeout: 60_000,
}, async (t) => {
  const { dir, deployPath, run, transport } = site(t);
  const plan: StepPlan = {
    deployPath,
    version: "2",
    name: "migrate",
    command: `for i in 1 2 3 4; do echo "$i"; sleep 0.5; done; touch ${dir}/done`,
    when: "before",
    runOn: "both",
    timeout: 20,
  };
  let close = (): void => {};
  const cut = {
    ...transport,
    start: async (command: string) => {
      const session = await transport.start(command);
      close = session.close;
      return session;
    },
  };
  const gone = runStep(cut, plan, (status) => {
    if (status === "1") close();
  });
  await assert.rejects(gone);
  assert.equal(existsSync(join(dir, "done")), false);
  const { ran, reason } = await run("false", { runOn: "both" });
  assert.deepEqual([ran, reason, existsSync(join(dir, "done"))], [false, "it ran for this switch already", true]);
});

test("a step waits for another one of its site", async (t) => {
  const { dir, run, told } = site(t);
  const order = join(dir, "order");
  const first = run(`sleep 1; echo first >>${order}`, { name: "one" });
  await until("the first", 5, async () => told.includes("running"));
  await run(`echo second >>${order}`, { name: "two" });
  await first;
  assert.equal(readFileSync(order, "utf8"), "first\nsecond\n");
  assert.ok(told.includes("waiting for another step of the site"));
});

test("43, 42, 43 runs what runOn says and nothing else", async (t) => {
  const { own, deployPath, commit, run } = site(t);
  const kinds = (["before", "after"] as const).flatMap((when) =>
    (["deploy", "rollback", "both"] as const).map((runOn) => ({ when, runOn, name: `${when}-${runOn}` })),
  );
  const after = kinds.filter(({ when }) => when === "after").map(({ name }) => name);
  const release = async (version: string) => {
    mkdirSync(join(deployPath, "releases", version), { recursive: true });
    writeFileSync(join(own, "manifests", version), "");
    const ran: string[] = [];
    for (const when of ["before", "after"]) {
      for (const kind of kinds.filter((one) => one.when === when))
        if ((await run("true", { ...kind, version })).ran) ran.push(kind.name);
      if (when === "before") commit(version, after.join(" "));
    }
    return ran;
  };
  const first = ["before-deploy", "before-both", "after-deploy", "after-both"];
  const back = ["before-rollback", "before-both", "after-rollback", "after-both"];
  for (const [version, expected] of [
    ["42", first],
    ["43", first],
    ["42", back],
    ["43", back],
  ] as const)
    assert.deepEqual(await release(version), expected, version);
  // A repair commits the live version again; a renamed resource asks again.
  commit("43", after.join(" "));
  for (const kind of kinds) assert.equal((await run("false", { ...kind, version: "43" })).ran, false, kind.name);
});

test("a step after a switch that another one has overtaken is an error that says how to go on", async (t) => {
  const { run } = site(t);
  await assert.rejects(run("true", { when: "after" }), {
    reason: "step-overtaken",
    message:
      "Cannot run step migrate for 2 on this host: 1 is live, expected 2; it was not run. Somebody else switched the site: `pulumi up --refresh` switches it again, and runs the step",
  });
});

test("a step without its release is an error", async (t) => {
  const { run } = site(t);
  await assert.rejects(run("true", { version: "9" }), {
    reason: "release-missing",
    message: /: \S+\/releases\/9 is not there, or not complete\. Let the Release resource put it there first$/,
  });
});
