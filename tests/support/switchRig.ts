import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { opcacheScript } from "../../provider/opcache/script.ts";
import { newRun, nginxInputs, runInputs, switchInputs } from "../../provider/switch/inputs.ts";
import { type Answer, converse } from "../../provider/transport/conversation.ts";
import { hostScript, type ScriptInputs } from "../../provider/transport/script.ts";
import { accountHere } from "./account.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "./sandbox.ts";
import { shellTransport } from "./shellTransport.ts";
import { switchPlanOf } from "./switchPlan.ts";

/** What the client of a run says. */
export interface Wishes {
  /** The word after the probe, or who finds it; `shell` is the process that runs the script. @default "commit" */
  readonly probe?: string | ((shell: ChildProcess) => Promise<string>);
  /** The word before the switch. @default "go" */
  readonly smoke?: string;
  readonly shell?: string;
  readonly inputs?: ScriptInputs;
}

/** A sandbox, and the switch's script on it without a client of its own: a test says the client's words. */
export interface SwitchRig extends Sandbox {
  readonly ownDir: string;
  release(...versions: readonly string[]): Promise<void>;
  run(version: string, wishes?: Wishes): Promise<Answer>;
  observe(): Promise<Answer>;
  /** The include's text. */
  include(): string;
  /** The lines of the journal without time and person. */
  journal(): readonly Readonly<Record<string, string>>[];
}

export async function startSwitchRig(options?: SandboxOptions): Promise<SwitchRig> {
  const sandbox = await startSandbox(options);
  const { deployPath, includePath, nginx } = sandbox;
  const ownDir = `${deployPath}/.site-release`;
  const site = { serverName: sandbox.serverName, deployPath, publicDir: "public", includePath };
  const owner = { id: "o1", stack: "project/dev", resource: "example.com" };
  const as = process.getuid?.() === 0 ? { uid: accountHere().uid } : {};
  return {
    ...sandbox,
    ownDir,
    async release(...versions) {
      for (const version of versions) {
        await sandbox.writeFile(`${deployPath}/releases/${version}/public/index.html`, version);
        await sandbox.writeFile(`${ownDir}/manifests/${version}`, "");
      }
    },
    run(version, { smoke = "go", probe = "commit", shell = "/bin/sh", inputs = {} } = {}) {
      const plan = switchPlanOf(version, { site, nginx, commitTimeout: 10, drainTimeout: 1 });
      const all = { ...switchInputs(plan, { owner, takeOver: true }, newRun(), opcacheScript()), ...inputs };
      let running: ChildProcess | undefined;
      const transport = shellTransport({
        shell,
        ...as,
        onStart: (child) => {
          running = child;
        },
      });
      return converse(transport, hostScript("switch"), all, {
        ask: async (name) => {
          if (name === "smoke") return smoke;
          if (typeof probe === "string") return probe;
          if (running === undefined) throw new Error("nothing runs");
          return probe(running);
        },
      });
    },
    observe() {
      const inputs = { ...runInputs(newRun(), deployPath, []), ...nginxInputs(site, nginx) };
      return converse(shellTransport(as), hostScript("observe"), inputs);
    },
    include: () => readFileSync(includePath, "utf8"),
    journal: () =>
      readFileSync(`${ownDir}/journal.jsonl`, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => {
          const { at: _at, run: _run, who: _who, ...rest } = JSON.parse(line);
          return rest;
        }),
  };
}
