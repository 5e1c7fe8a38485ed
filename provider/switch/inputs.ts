import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rootDir } from "../site.ts";
import type { ScriptInputs } from "../transport/script.ts";
import type { Claim, SwitchPlan } from "./plan.ts";

/** The PHP file that speaks with opcache inside php-fpm. Its name holds its digest, so hosts get a new one with a new package. */
export interface OpcacheScript {
  readonly name: string;
  readonly text: string;
}

/** The file as this package ships it. */
export function opcacheScript(): OpcacheScript {
  const text = readFileSync(join(__dirname, "..", "host", "opcache.php"), "utf8");
  return { name: `opcache-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.php`, text };
}

/** Who runs the switch, for the journal and for those who wait. */
export interface Run {
  readonly id: string;
  /** As in "alice@ci"; only characters that a shell, JSON and a terminal leave alone. */
  readonly who: string;
}

/** What the host's script starts with; every value is text. */
export function switchInputs(plan: SwitchPlan, claim: Claim, run: Run, opcache: OpcacheScript): ScriptInputs {
  return {
    ...siteInputs(plan, claim, run),
    version: plan.version,
    root: rootDir(plan.site, plan.version),
    take_over: yes(claim.takeOver),
    owner_words: ownerWords(claim),
    lock_timeout: seconds(plan.lockTimeout),
    commit_timeout: seconds(plan.commitTimeout),
    reload_timeout: seconds(plan.reloadTimeout),
    drain_timeout: seconds(plan.drainTimeout),
    allow_pending: yes(plan.allowPendingEdits),
    opcache_script: opcache.name,
    opcache_text: opcache.text,
  };
}

/** What every script that looks at a site starts with. */
export function siteInputs(
  { site, nginx, lockTimeout }: Pick<SwitchPlan, "site" | "nginx" | "lockTimeout">,
  claim: Pick<Claim, "owner" | "earlierIds">,
  run: Run,
): ScriptInputs {
  return {
    run: run.id,
    who: run.who.replace(/[^A-Za-z0-9_.@ ()-]/g, "_"),
    deploy_path: site.deployPath,
    public_dir: site.publicDir,
    include_path: site.includePath,
    pid_file: nginx.pidFile,
    conf_dir: nginx.confDir,
    test_command: nginx.test ?? "",
    reload_command: nginx.reload ?? "",
    lock_timeout: seconds(lockTimeout),
    owner_ids: [claim.owner.id, ...claim.earlierIds].join(" "),
  };
}

// The owner file is one line of JSON that the host completes with `since` and reads back by its quotes.
function ownerWords({ owner }: Claim): string {
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
