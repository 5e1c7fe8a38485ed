import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { ask } from "../../provider/cli/ask.ts";
import { statusOf } from "../../provider/cli/observed.ts";
import { opcacheScript } from "../../provider/opcache/script.ts";
import { newRun, nginxInputs, runInputs, switchInputs } from "../../provider/switch/inputs.ts";
import { type Answer, converse } from "../../provider/transport/conversation.ts";
import { hostScript, type ScriptInputs } from "../../provider/transport/script.ts";
import { accountHere } from "./account.ts";
import type { Eyes } from "./eyes.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "./sandbox.ts";
import { type ShellOptions, shellTransport } from "./shellTransport.ts";
import { switchPlanOf } from "./switchPlan.ts";

/** What the client of a run says. */
export interface Wishes {
  /** The word after the probe, or who finds it; `shell` is the process that runs the script. @default "commit" */
  readonly probe?: string | ((shell: ChildProcess) => Promise<string>);
  /** The word before the switch. @default "go" */
  readonly smoke?: string;
  /** Called with each step of the script, as in "testing after". */
  readonly step?: (step: string, shell: ChildProcess) => void;
  readonly inputs?: ScriptInputs;
  /** What runs the script. */
  readonly by?: Pick<ShellOptions, "shell" | "programs" | "login" | "detached">;
}

/** A sandbox, and the switch's script on it without a client of its own: a test says the client's words. */
export interface SwitchRig extends Sandbox, Omit<Eyes, "nginx"> {
  readonly ownDir: string;
  release(...versions: readonly string[]): Promise<void>;
  run(version: string, wishes?: Wishes): Promise<Answer>;
  observe(): Promise<Answer>;
  /** The include's text. */
  include(): string;
  /** The root that the strategy's own pointer names: the include, or `current`. */
  named(): string;
  /** The lines of the journal without time and person. */
  journal(): readonly Readonly<Record<string, string>>[];
}

export async function startSwitchRig(options?: SandboxOptions): Promise<SwitchRig> {
  const sandbox = await startSandbox(options);
  const { deployPath, includePath, nginx } = sandbox;
  const ownDir = `${deployPath}/.site-release`;
  const site = { serverName: sandbox.serverName, deployPath, publicDir: "public", includePath };
  const owner = { id: "o1", stack: "project/dev", resource: "example.com" };
  const { uid, gid } = accountHere();
  const as = process.getuid?.() === 0 ? { uid, gid } : {};
  const page = (version: string) => `version ${version}`;
  return {
    ...sandbox,
    site,
    ownDir,
    workerCount: 2,
    page,
    async must(script) {
      const { code, stdout, stderr } = await sandbox.deploy(script);
      if (code !== 0) throw new Error(`${script}: exit code ${code}: ${stderr || stdout}`);
      return stdout;
    },
    http: (path) => get(sandbox, path),
    async status() {
      const asked = { ...site, ...nginx, command: "status", where: "local", limit: 5, json: true } as const;
      return statusOf(await ask(shellTransport(as), asked), { host: "this host", deployPath });
    },
    async release(...versions) {
      for (const version of versions) {
        const php = `<?php echo "${page(version)}";`;
        await sandbox.writeFile(`${deployPath}/releases/${version}/public/index.php`, php);
        const manifest = manifestOf("./public/index.php", php).toString("base64");
        await sandbox.deploy(`mkdir -p ${ownDir}/manifests && base64 -d >${ownDir}/manifests/${version}`, manifest);
      }
    },
    run(version, { smoke = "go", probe = "commit", step, inputs = {}, by = {} } = {}) {
      const { strategy } = sandbox;
      const plan = switchPlanOf(version, { site, nginx, strategy, commitTimeout: 10, drainTimeout: 1 });
      const all = { ...switchInputs(plan, { owner, takeOver: true }, newRun(), opcacheScript()), ...inputs };
      let running: ChildProcess | undefined;
      const transport = shellTransport({
        ...by,
        ...as,
        onStart: (child) => {
          running = child;
        },
      });
      return converse(transport, hostScript("switch"), all, {
        step: (name, detail) => {
          if (running !== undefined) step?.(`${name} ${detail}`.trim(), running);
        },
        ask: async (name) => {
          if (name === "smoke") return smoke;
          if (typeof probe === "string") return probe;
          if (running === undefined) throw new Error("nothing runs");
          return probe(running);
        },
      });
    },
    observe() {
      const inputs = {
        ...runInputs(newRun(), deployPath, []),
        ...nginxInputs(site, nginx),
        strategy: sandbox.strategy,
      };
      return converse(shellTransport(as), hostScript("observe"), inputs);
    },
    include: () => readFileSync(includePath, "utf8"),
    named: () =>
      sandbox.strategy === "symlink"
        ? `${deployPath}/${readlinkSync(`${deployPath}/current`)}`.replace(/(?<=\/releases\/[^/]+)$/, "/public")
        : readFileSync(includePath, "utf8").replace(/^set \$root_dir (.*);\n$/, "$1"),
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

/** The manifest of a release of one file. */
function manifestOf(path: string, text: string): Buffer {
  const sha256 = (what: string): string => createHash("sha256").update(what).digest("hex");
  const body = `f ${sha256(text)} ${path}\0`;
  const header = `site-release-manifest 1 files=1 bytes=${text.length} digest=${sha256(body)}\n`;
  return Buffer.concat([Buffer.from(header), gzipSync(body)]);
}

function get(
  { httpPort, serverName }: Sandbox,
  path: string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const asked = { host: "127.0.0.1", port: httpPort, path, agent: false, headers: { Host: serverName } };
    request(asked, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("error", reject).on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on("error", reject)
      .end();
  });
}
