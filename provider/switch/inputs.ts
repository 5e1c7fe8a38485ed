import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { OpcacheScript } from "../opcache/script.ts";
import { rootDir, type Site } from "../site.ts";
import { loginName } from "../transport/local.ts";
import type { ScriptInputs } from "../transport/script.ts";
import type { NginxPlan, Owner, SwitchPlan } from "./plan.ts";
import type { SwitchContext } from "./result.ts";

// The client keeps warmTimeout itself; its last word must not come too late by what a slow link takes.
const WARM_GRACE = 30;

/** One run of a script, for the journal and for those who wait for it. */
export interface Run {
  readonly id: string;
  /** As in "alice@ci". */
  readonly who: string;
  /** What only this run can know: who tells it has met what the run has put there. */
  readonly nonce: string;
}

/** A run of this process. */
export function newRun(): Run {
  const hex = (bytes: number) => randomBytes(bytes).toString("hex");
  return { id: hex(6), who: `${loginName()}@${hostname()}`, nonce: hex(12) };
}

/** What the switch's script starts with; every value is text. */
export function switchInputs(plan: SwitchPlan, context: SwitchContext, run: Run, opcache: OpcacheScript): ScriptInputs {
  const { owner, formerId, takeOver } = context;
  return {
    ...runInputs(run, plan.site.deployPath, [owner.id, ...(formerId === undefined ? [] : [formerId])]),
    ...nginxInputs(plan.site, plan.nginx),
    version: plan.version,
    strategy: plan.strategy,
    nonce: run.nonce,
    root: rootDir(plan.site, plan.version),
    take_over: yes(takeOver),
    owner_words: ownerWords(owner),
    lock_timeout: seconds(plan.lockTimeout),
    commit_timeout: seconds(plan.commitTimeout),
    warm_timeout: seconds(plan.opcache.warmTimeout + WARM_GRACE),
    reload_timeout: seconds(plan.reloadTimeout),
    drain_timeout: seconds(plan.drainTimeout),
    allow_pending: yes(plan.allowPendingEdits),
    after_steps: plan.afterSteps.join(" "),
    before_steps: plan.beforeSteps.map(({ name }) => name).join(" "),
    opcache_script: opcache.name,
    opcache_text: opcache.text,
  };
}

/** What every script on a site starts with. */
export function runInputs(run: Run, deployPath: string, ownerIds: readonly string[]): ScriptInputs {
  return {
    run: run.id,
    // Only characters that a shell, JSON and a terminal leave alone.
    who: run.who.replace(/[^A-Za-z0-9_.@-]/g, "_"),
    deploy_path: deployPath,
    owner_ids: ownerIds.join(" "),
  };
}

/** What a script that looks at nginx needs besides. */
export function nginxInputs(site: Site, nginx: NginxPlan): ScriptInputs {
  return {
    public_dir: site.publicDir,
    include_path: site.includePath,
    pid_file: nginx.pidFile,
    conf_dir: nginx.confDir,
    test_command: nginx.test ?? "",
    reload_command: nginx.reload ?? "",
    nginx_timeout: seconds(nginx.timeout),
  };
}

// The owner file is one line of JSON that the host completes with `since` and reads back by its quotes.
function ownerWords(owner: Owner): string {
  const plain = (word: string) => JSON.stringify(word.replace(/["\\\p{Cc}]/gu, "_"));
  return `"id":${plain(owner.id)},"stack":${plain(owner.stack)},"resource":${plain(owner.resource)}`;
}

// POSIX arithmetic is whole: parts of a second are rounded up, so that no deadline becomes none.
function seconds(value: number): string {
  return String(Math.ceil(value));
}

function yes(value: boolean): string {
  return value ? "yes" : "";
}
