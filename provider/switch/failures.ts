import { SiteReleaseError } from "../errors.ts";
import { placeholderRoot, versionOf } from "../site.ts";
import type { Answer } from "../transport/conversation.ts";
import { RESTORE_FAILED } from "./result.ts";
import { explain, type FailedSwitch } from "./words.ts";

/** The error of a switch that the host ended with a reason. */
export function switchError(failed: FailedSwitch): SiteReleaseError {
  const words = explain(failed);
  const done = whatWasDone(failed);
  const next = [words.next, adviceAfterRestore(failed)].filter((part) => part !== undefined).join(". ");
  return new SiteReleaseError(failed.answer.facts.has("restore-failed") ? RESTORE_FAILED : words.reason, {
    action: `switch ${failed.plan.site.serverName} to ${failed.plan.version}`,
    host: failed.host,
    observed: words.observed,
    ...(words.expected !== undefined && { expected: words.expected }),
    ...(done !== undefined && { done }),
    ...(next !== "" && { next }),
  });
}

function whatWasDone({ answer, plan }: FailedSwitch): string | undefined {
  const failed = answer.facts.get("restore-failed");
  if (failed !== undefined) return `the restore failed too (${failed})`;
  const root = answer.facts.get("restored");
  if (root === undefined) return staysLive(answer);
  if (root === placeholderRoot(plan.site.deployPath)) return "wrote the placeholder include";
  if (root === "verbatim") return "restored the include as it was";
  const version = versionOf(plan.site, root);
  return version === undefined ? `restored ${root}` : `restored ${version}`;
}

// Before the include is written nothing has changed; afterwards there is a restore to tell of, but where nginx does not run.
function staysLive({ facts, failure }: Answer): string | undefined {
  const live = facts.get("live") ?? "";
  return live === "" || failure?.reason === "nginx-not-running" ? undefined : `${live} stays live`;
}

function adviceAfterRestore({ answer, plan, host, user }: FailedSwitch): string | undefined {
  if (answer.facts.get("restored") === placeholderRoot(plan.site.deployPath)) {
    return "No earlier version: the site answers 404 until a healthy one is released";
  }
  if (answer.facts.get("restore-failed") === undefined) return undefined;
  return `Look at once: ssh ${user}@${host}; cat ${plan.site.includePath}; sudo nginx -t && sudo systemctl reload nginx.service`;
}
