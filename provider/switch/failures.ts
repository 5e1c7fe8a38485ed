import { placeholderRoot, versionOf } from "../site.ts";
import { Strategy } from "../switchArgs.ts";
import type { Answer } from "../transport/conversation.ts";
import { errorLogWords } from "./errorLog.ts";
import type { SwitchPlan } from "./plan.ts";
import { RESTORE_FAILED, SwitchError } from "./result.ts";
import type { FailedSwitch } from "./words/failedSwitch.ts";
import { wordsThatMatter } from "./words/said.ts";
import { explain } from "./words.ts";

/** The error of a switch that the host ended with a reason. */
export function switchError(failed: FailedSwitch): SwitchError {
  const words = explain(failed);
  const done = whatWasDone(failed);
  const next = [words.next, adviceAfterRestore(failed)].filter((part) => part !== undefined).join(lines(words.next));
  const log = errorLogWords(failed);
  const failure = {
    action: `switch ${failed.plan.site.serverName} to ${failed.plan.version}`,
    host: failed.host,
    observed: words.observed,
    ...(words.expected !== undefined && { expected: words.expected }),
    ...(done !== undefined && { done }),
    ...(next !== "" && { next }),
    ...(log !== undefined && { log }),
  };
  const reason = failed.answer.facts.has("restore-failed") ? RESTORE_FAILED : words.reason;
  return new SwitchError(reason, failure, isRestored(failed));
}

// What ends in lines for a configuration is no sentence.
function lines(text: string | undefined): string {
  return text?.includes("\n") ? "\n" : ". ";
}

/** Whether what served before the switch is proved to serve after it: it was restored, or seen in the workers and then left alone. */
export function isRestored({ answer, plan }: Pick<FailedSwitch, "answer" | "plan">): boolean {
  const { facts, failure } = answer;
  // The include names the new version by then, for whoever starts nginx.
  if (facts.has("restore-failed") || failure?.reason === "nginx-not-running") return false;
  const live = facts.get("live");
  return facts.has("restored") || (live !== undefined && live !== plan.version);
}

function whatWasDone({ answer, plan }: FailedSwitch): string | undefined {
  const failed = answer.facts.get("restore-failed");
  if (failed !== undefined) {
    const said = wordsThatMatter([
      ...(answer.texts.get("restore-test") ?? []),
      ...(answer.texts.get("restore-reload") ?? []),
    ]);
    return `the restore failed too (${failed}${said === "" ? "" : `: ${said}`}), so that ${stateLeft(answer, plan)}`;
  }
  const root = answer.facts.get("restored");
  if (root === undefined) return staysLive(answer);
  const untested = answer.facts.get("untested");
  return `${whatIsBack(root, plan)}${untested === undefined ? "" : `, untested, since "${untested}" did not end either`}`;
}

function whatIsBack(root: string, plan: SwitchPlan): string {
  const byLink = isByLink(plan);
  if (root === placeholderRoot(plan.site.deployPath))
    return byLink ? "pointed current at the placeholder" : "wrote the placeholder include";
  if (root === "verbatim") return `restored ${byLink ? "current" : "the include"} as it was`;
  const version = versionOf(plan.site, root);
  return version === undefined ? `restored ${root}` : `restored ${version}`;
}

function isByLink({ strategy }: SwitchPlan): boolean {
  return strategy === Strategy.Symlink;
}

// Before the include is written nothing has changed; afterwards there is a restore to tell of, but where nginx does not run.
function staysLive({ facts, failure }: Answer): string | undefined {
  const live = facts.get("live") ?? "";
  return live === "" || failure?.reason === "nginx-not-running" ? undefined : `${live} stays live`;
}

/** What host/switch/restore.sh, tell_left, found. */
function stateLeft({ facts }: Answer, plan: SwitchPlan): string {
  const target = facts.get("left-current");
  if (target !== undefined)
    return `now ${plan.site.deployPath}/current ${target === "" ? "is no link" : `points at ${target}`}`;
  const root = facts.get("left-include") ?? plan.site.includePath;
  const named = versionOf(plan.site, root) ?? (root === plan.site.includePath ? "no release" : root);
  return `now the include names ${named}, and ${workersLeft(facts.get("left-workers") ?? "others", plan.version)}`;
}

function workersLeft(who: string, version: string): string {
  switch (who) {
    case "stopped":
      return "nginx does not run, so that the host serves nothing";
    case "none":
      return "nginx's master runs without workers, so that the host serves nothing";
    case "before":
      return "nginx's workers from before the switch go on with what they served";
    case "new":
      return `nginx's workers serve ${version}`;
    default:
      return "what nginx's workers serve is not proved";
  }
}

function adviceAfterRestore({ answer, plan, host }: FailedSwitch): string | undefined {
  if (answer.facts.get("restored") === placeholderRoot(plan.site.deployPath)) {
    if (answer.failure?.reason === "include-unread") return "What nginx serves is as it was";
    return "No earlier version: the site answers 404 until a healthy one is released";
  }
  if (answer.facts.get("restore-failed") === undefined) return undefined;
  if (isByLink(plan)) {
    const current = `${plan.site.deployPath}/current`;
    return [
      `Type next, on ${host}: (1) df -h ${plan.site.deployPath}; ls -ld ${plan.site.deployPath} ${current}, and mend what it shows`,
      `(2) ln -sfn ${answer.facts.get("served-before") ?? "releases/<version>"} ${current}`,
      "and here: (3) pulumi up",
    ].join("; ");
  }
  const { test = "nginx -t", reload = "systemctl reload nginx.service" } = plan.nginx;
  const stopped = answer.facts.get("left-workers") === "stopped";
  // nginx's own words come first: what it says is what must be mended.
  return [
    `Type next, as root on ${host}: (1) ${lookAt(answer, plan)}, and mend what it shows`,
    `(2) ${test} && ${stopped ? "systemctl start nginx.service" : reload}`,
    "and here: (3) pulumi up",
  ].join("; ");
}

function lookAt({ facts, texts }: Answer, { site, nginx }: SwitchPlan): string {
  if (facts.get("restore-failed")?.startsWith("cannot write"))
    return `df -h ${site.includePath}; ls -l ${site.includePath}`;
  if (texts.has("restore-test")) return nginx.test ?? "nginx -t";
  return "tail -n 20 /var/log/nginx/error.log";
}
