import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { switchInputs } from "../../../provider/switch/inputs.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

const context = { owner: { id: "a1", stack: "shop/prod", resource: 'we"b\n' }, formerId: "b2", takeOver: true };

describe("switchInputs", () => {
  it("names the steps that can be undone, and hands none of their commands over", () => {
    const step = { deployPath: "/srv", version: "42", when: "before", runOn: "deploy", timeout: 600 } as const;
    const beforeSteps = ["migrate", "seed"].map((name) => ({ ...step, name, command: "a", onRestore: "b" }));
    const script = { name: "opcache-1.php", text: "<?php" };
    const inputs = switchInputs(
      switchPlanOf("42", { beforeSteps }),
      context,
      { id: "r1", who: "a", nonce: "n1" },
      script,
    );
    assert.equal(inputs.before_steps, "migrate seed");
    assert.deepEqual(
      Object.values(inputs).filter((value) => value === "a" || value === "b"),
      ["a"], // who
    );
  });

  it("gives the host's script every word it starts with", () => {
    const run = { id: "r1", who: "alice smith@ci;x", nonce: "n1" };
    const script = { name: "opcache-1.php", text: "<?php" };
    assert.deepEqual(switchInputs(switchPlanOf("42", { drainTimeout: 0.4 }), context, run, script), {
      run: "r1",
      who: "alice_smith@ci_x",
      deploy_path: "/var/www/example.com",
      owner_ids: "a1 b2",
      public_dir: "public",
      include_path: "/var/www/example.com/root_dir.nginx.conf",
      pid_file: "/run/nginx.pid",
      conf_dir: "/etc/nginx",
      test_command: "",
      reload_command: "",
      nginx_timeout: "60",
      version: "42",
      strategy: "include",
      nonce: "n1",
      root: "/var/www/example.com/releases/42/public",
      take_over: "yes",
      owner_words: '"id":"a1","stack":"shop/prod","resource":"we_b_"',
      lock_timeout: "10",
      commit_timeout: "35",
      warm_timeout: "50",
      reload_timeout: "10",
      drain_timeout: "1",
      allow_pending: "",
      after_steps: "",
      before_steps: "",
      opcache_script: "opcache-1.php",
      opcache_text: "<?php",
    });
  });
});

describe("newRun", () => {
  const notRoot = process.getuid?.() !== 0 && "another user's id can be had by root only";

  it("has a name where the user's id has none, as in a container", { skip: notRoot }, () => {
    const file = JSON.stringify(join(__dirname, "../../../provider/switch/inputs.js"));
    // Loaded before: the files may be root's alone.
    const program = `const { newRun } = require(${file}); process.setuid(54321); console.log(newRun().who)`;
    const who = execFileSync(process.execPath, ["-e", program], { encoding: "utf8" });
    assert.match(who, /^54321@/);
  });
});
