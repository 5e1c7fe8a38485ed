import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cache, root, which } from "./places.mjs";
import { quietly, say } from "./step.mjs";

const aDay = 86_400_000;

/** The directory of @pulumi/command's plugin, to be put on PATH; undefined where it is there, or where tests take their stand-in for it. */
export async function findCommandPlugin(pulumi) {
  if (which("pulumi-resource-command") !== undefined) return undefined;
  const { version } = JSON.parse(readFileSync(join(root, "node_modules/@pulumi/command/package.json"), "utf8"));
  const home = join(cache, `command-${version}`);
  const bin = join(home, "plugins", `resource-command-v${version}`);
  if (existsSync(bin)) return bin;
  // Where its host cannot be reached each attempt takes seconds.
  const failed = `${home}.failed`;
  if (Date.now() - (statSync(failed, { throwIfNoEntry: false })?.mtimeMs ?? 0) < aDay) return undefined;
  say(`installing @pulumi/command's plugin ${version} (some seconds, once)...`);
  const unfinished = `${home}.${process.pid}`;
  mkdirSync(dirname(unfinished), { recursive: true });
  const path = [pulumi, process.env.PATH].filter(Boolean).join(delimiter);
  const env = { ...process.env, PATH: path, PULUMI_HOME: unfinished, PULUMI_SKIP_UPDATE_CHECK: "true" };
  try {
    await quietly("pulumi", ["plugin", "install", "resource", "command", version], { env, timeout: 120_000 });
    if (!existsSync(home)) renameSync(unfinished, home);
    return bin;
  } catch {
    say("  it cannot be had from here: the tests of SiteHost take a stand-in for it");
    writeFileSync(failed, "");
    return undefined;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
