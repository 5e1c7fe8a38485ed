import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { switchInputs } from "../../../provider/switch/inputs.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

const context = { owner: { id: "a1", stack: "shop/prod", resource: 'we"b\n' }, formerId: "b2", takeOver: true };

describe("switchInputs", () => {
  it("gives the host's script every word it starts with", () => {
    const run = { id: "r1", who: "alice smith@ci;x" };
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
      version: "42",
      root: "/var/www/example.com/releases/42/public",
      take_over: "yes",
      owner_words: '"id":"a1","stack":"shop/prod","resource":"we_b_"',
      lock_timeout: "10",
      commit_timeout: "35",
      reload_timeout: "10",
      drain_timeout: "1",
      allow_pending: "",
      after_steps: "",
      opcache_script: "opcache-1.php",
      opcache_text: "<?php",
    });
  });
});
