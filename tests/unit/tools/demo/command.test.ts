import { deepEqual, equal, rejects } from "node:assert/strict";
import { describe, it } from "node:test";
import { run } from "../../../../tools/demo/command.ts";
import { processOf } from "../../../support/processes.ts";

const sh = (script: string) => run({ line: ["sh", "-c", script], environment: { GREETING: "hello" } });

describe("run", () => {
  it("gives what a command wrote, and its exit code", async () => {
    const { code, stdout, stderr } = await sh('echo "$GREETING"; echo no >&2; exit 3');
    deepEqual({ code, stdout, stderr }, { code: 3, stdout: "hello\n", stderr: "no\n" });
  });

  it("keeps a person's own Pulumi settings out", async () => {
    process.env.PULUMI_STACK = "production";
    try {
      equal((await sh('echo "[$PULUMI_STACK]"')).stdout, "[]\n");
    } finally {
      delete process.env.PULUMI_STACK;
    }
  });

  it("leaves nothing running, not even in another process group", async () => {
    const { stdout } = await sh("setsid sleep 60 >/dev/null 2>&1 & echo $!");
    equal(processOf(Number(stdout)), undefined);
  });

  it("tells which command was ended by a signal", async () => {
    await rejects(sh("echo half; kill -9 $$"), { message: "sh -c echo half; kill -9 $$ was ended by SIGKILL\nhalf\n" });
  });
});
