import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { goInstall } from "./go.mjs";
import { cache, root, which } from "./places.mjs";
import { quietly, say } from "./step.mjs";

const version = /pulumi\/pkg\/v3 v(\S+)/.exec(readFileSync(join(root, "tools/pulumi/engine/go.mod"), "utf8"))[1];
const oldest = [3, 216, 0];

/** The directory of Pulumi's CLI, to be put on PATH; undefined where the one on PATH will do. */
export async function findPulumi() {
  if (isRecent(spawnSync("pulumi", ["version"], { encoding: "utf8" }).stdout)) return undefined;
  const bin = join(cache, `pulumi-${version}`, "bin");
  if (existsSync(bin)) return bin;
  // Made under a temporary name, so that one that was cut off leaves nothing that looks whole.
  const unfinished = `${dirname(bin)}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    if (!(await download(unfinished))) await buildFromSource(join(unfinished, "bin"));
    if (!existsSync(bin)) renameSync(unfinished, dirname(bin));
    return bin;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function isRecent(said) {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(said ?? "");
  if (found === null) return false;
  const numbers = found.slice(1).map(Number);
  const different = numbers.findIndex((number, index) => number !== oldest[index]);
  return different === -1 || numbers[different] > oldest[different];
}

/** By the official installer; false where its host does not answer or does not give it. */
async function download(to) {
  const installer = join(to, "install.sh");
  try {
    const response = await fetch("https://get.pulumi.com/install.sh", { signal: AbortSignal.timeout(5000) });
    if (!response.ok) return false;
    writeFileSync(installer, await response.text());
  } catch {
    return false; // no way to it from here
  }
  say(`installing Pulumi's CLI ${version} (its installer, a minute, once)...`);
  try {
    await quietly("sh", [installer, "--version", version, "--install-root", to, "--no-edit-path"], {
      timeout: 300_000,
    });
    return existsSync(join(to, "bin/pulumi"));
  } catch (error) {
    say(`  it did not work: ${error.message.split("\n").at(-1)}`);
    return false;
  }
}

/** From its Go modules, where only these can be reached: the engine, and the last language host that Go's proxy has. */
async function buildFromSource(bin) {
  if (which("go") === undefined)
    throw new Error(
      "Pulumi's CLI (3.216 or newer) is missing: install it (https://www.pulumi.com/docs/install), or Go to build it",
    );
  say(`building Pulumi's CLI ${version} through Go (3 minutes, once)...`);
  const module = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
  const flags = ["-tags", "osusergo,grpcnotrace", "-ldflags", `-w -s -X ${module}=v${version}`];
  for (const tool of ["language-nodejs", "engine"]) await goInstall(join(root, "tools/pulumi", tool), bin, flags);
  // What runs dynamic resources comes with the npm package.
  const provider = "pulumi-resource-pulumi-nodejs";
  copyFileSync(join(root, "node_modules/@pulumi/pulumi", provider), join(bin, provider));
}
