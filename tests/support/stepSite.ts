import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { StepPlan } from "../../provider/step/plan.ts";
import { runStep } from "../../provider/step/run.ts";
import { busyboxPrograms } from "./oldReleases.ts";
import { temporaryDir } from "./releaseTree.ts";
import { type ShellOptions, shellTransport } from "./shellTransport.ts";

/** What runs a host's scripts, each from a directory of the test's own. */
export const shells: Record<string, (dir: string) => ShellOptions> = {
  dash: () => ({ shell: "dash" }),
  "bash --posix": () => ({ shell: "bash --posix" }),
  "BusyBox with its own programs": (dir) => ({ shell: "busybox sh", programs: busyboxPrograms(join(dir, "programs")) }),
};

/** A site with release 2 on disk, and 1 live. */
export function site(t: TestContext, shellIn: (dir: string) => ShellOptions = () => ({})) {
  const dir = temporaryDir(t);
  const deployPath = join(dir, "site");
  const own = join(deployPath, ".site-release");
  for (const place of ["releases/2", ".site-release/manifests"])
    mkdirSync(join(deployPath, place), { recursive: true });
  writeFileSync(join(own, "manifests/2"), "");
  const told: string[] = [];
  let runs = 0;
  const commit = (to: string, steps?: string) => {
    const more = steps === undefined ? "" : `,"steps":"${steps}"`;
    const line = `{"at":"x","run":"r${++runs}","who":"a@b","step":"committed","from":"","to":"${to}"${more}}\n`;
    appendFileSync(join(own, "journal.jsonl"), line);
  };
  commit("1");
  const transport = shellTransport(shellIn(dir));
  const planOf = (command: string, plan: Partial<StepPlan> = {}): StepPlan => ({
    ...{ deployPath, version: "2", name: "migrate", command, when: "before", runOn: "deploy", timeout: 20 },
    ...plan,
  });
  const run = (command: string, plan: Partial<StepPlan> = {}) =>
    runStep(transport, planOf(command, plan), (status) => told.push(status));
  return { dir, deployPath, own, told, commit, transport, planOf, run, steps: () => readdirSync(join(own, "steps")) };
}

/** Whether a process has not ended. */
export function alive(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/\) Z /.test(stat);
  } catch {
    return false;
  }
}
