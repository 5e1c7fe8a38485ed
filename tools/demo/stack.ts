import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type Run, run } from "./command.ts";
import { previewLine, upLines } from "./output.ts";
import { runDir } from "./places.ts";

/** The demo's stack: on file state, with nothing of it outside `.demo`. */
export const environment = {
  PULUMI_BACKEND_URL: `file://${join(runDir, "state")}`,
  PULUMI_HOME: join(runDir, "home"),
  PULUMI_CONFIG_PASSPHRASE: "demo",
  PULUMI_STACK: "demo",
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
};

/** What the program says of the site. */
export interface Outputs {
  readonly liveVersion?: string;
  readonly report?: { readonly switch: { readonly seconds: number } };
}

/** Makes the stack. `sandbox` is what the program reads of its host. */
export async function createStack(sandbox: object): Promise<void> {
  mkdirSync(join(runDir, "state"));
  writeFileSync(join(runDir, "sandbox.json"), `${JSON.stringify(sandbox, null, 2)}\n`);
  await succeed(["pulumi", "stack", "init", environment.PULUMI_STACK], noLine);
}

export async function setVersion(version: string): Promise<void> {
  await succeed(["pulumi", "config", "set", "version", version], noLine);
}

export async function preview(): Promise<void> {
  await succeed(["pulumi", "preview", "--diff"], previewLine);
}

/** `pulumi up`, however it ends. */
export function up(): Promise<Run> {
  return run({ line: ["pulumi", "up", "--yes", "--skip-preview"], environment, show: upLines() });
}

export async function outputs(): Promise<Outputs> {
  const { stdout } = await succeed(["pulumi", "stack", "output", "--json"]);
  return JSON.parse(stdout);
}

async function succeed(line: [string, ...string[]], show?: (line: string) => string | undefined): Promise<Run> {
  const ended = await run({ line, environment, ...(show && { show }) });
  if (ended.code === 0) return ended;
  throw new Error(`${line.join(" ")} ended with ${ended.code}:\n${ended.stdout}${ended.stderr}`);
}

function noLine(): undefined {}

/** The lines that a person types to work on the same stack. */
export function exportLines(): string[] {
  const pulumi = process.env.PATH?.split(delimiter).find((dir) => existsSync(join(dir, "pulumi"))) ?? "";
  const path = [...new Set([pulumi, dirname(process.execPath)])].join(delimiter);
  const all = { ...environment, PATH: `${path}${delimiter}$PATH` };
  return Object.entries(all).map(([name, value]) => `export ${name}="${value}"`);
}
