import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { goInstall } from "./go.mjs";
import { cache, root, which } from "./places.mjs";
import { say } from "./step.mjs";

const module = join(root, "tools/bench");
const version = /toxiproxy\/v2 v(\S+)/.exec(readFileSync(join(module, "go.mod"), "utf8"))[1];
const program = "toxiproxy-server";

/** The directory of toxiproxy, to be put on PATH; undefined where the one on PATH will do. */
export async function findToxiproxy() {
  if (which(program) !== undefined) return undefined;
  const bin = join(cache, `toxiproxy-${version}`);
  if (existsSync(bin)) return bin;
  if (which("go") === undefined) throw new Error(`${program} is missing: install toxiproxy, or Go to build it`);
  say(`building toxiproxy ${version} through Go (some seconds, once)...`);
  // Made under a temporary name, so that one that was cut off leaves nothing that looks whole.
  const unfinished = `${bin}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await goInstall(module, unfinished, ["-ldflags", "-w -s"]);
    renameSync(join(unfinished, "server"), join(unfinished, program));
    if (!existsSync(bin)) renameSync(unfinished, bin);
    return bin;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
