import type { Failure } from "../errors.ts";
import { versionOf } from "../site.ts";
import { LOGIN_NAME, sudoersFor } from "../texts.ts";
import type { Answer } from "../transport/conversation.ts";
import { ownerName } from "./owner.ts";
import type { SwitchPlan } from "./plan.ts";

/** What a failure is told about. */
export interface FailedSwitch {
  readonly plan: SwitchPlan;
  readonly answer: Answer;
  readonly host: string;
  /** The login name there. */
  readonly user: string;
  /** What the client's own smoke or probe saw. */
  readonly seen?: Pick<Failure, "observed" | "expected" | "next">;
}

/** A failure in words, without what was done about it. */
export type Words = Pick<Failure, "observed" | "expected" | "next">;

/** Why the host ended a switch, and the reason to branch on. */
export function explain(failed: FailedSwitch): Words & { readonly reason: string } {
  const { reason, detail } = failed.answer.failure ?? { reason: "unexpected", detail: "" };
  const said = lastWords(failed.answer, reason);
  const refused = refusal(said);
  if (refused !== undefined) {
    return { ...refusedWords(refused, detail, failed), reason: refused === "sudo" ? "no-sudo-right" : reason };
  }
  return { ...wordsFor(reason, detail, said, failed), reason };
}

const texts: Readonly<Record<string, string>> = {
  "test-red-before": "nginx-test",
  "test-red-after": "nginx-test",
  "reload-refused": "reload",
};

// nginx and sudo say what matters last; nginx's own warnings come first.
function lastWords(answer: Answer, reason: string): string {
  const lines = answer.texts.get(texts[reason] ?? "") ?? [];
  const alarms = lines.filter((line) => /\[(emerg|alert|crit)\]/.test(line));
  return (alarms.length > 0 ? alarms : lines.slice(-3))
    .join("; ")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 500);
}

type Refusal = "sudo" | "stopped";

// sudo 1.9 and systemctl 252–257: exit code 1 means each of these, so their words tell them apart.
function refusal(said: string): Refusal | undefined {
  if (/a password is required|a terminal is required|not allowed to execute|not in the sudoers/.test(said))
    return "sudo";
  if (/is not active, cannot reload/.test(said)) return "stopped";
  return undefined;
}

function refusedWords(refused: Refusal, command: string, failed: FailedSwitch): Words {
  const { user } = failed;
  if (refused === "stopped") return stopped(includedVersion(failed));
  const rights = sudoersFor({ user: LOGIN_NAME.test(user) ? user : "deploy" });
  return {
    observed: `${user} may not run "${command}" without a password`,
    expected: "the two sudo rights of the site's user",
    next: `Put these lines into /etc/sudoers.d/site-release (visudo -f keeps its mode right):\n${rights.trim()}`,
  };
}

function includedVersion({ answer, plan }: FailedSwitch): string {
  const root = answer.facts.get("restored");
  return root === undefined ? plan.version : (versionOf(plan.site, root) ?? root);
}

function stopped(version: string): Words {
  return {
    observed: "nginx is not running",
    next: `Start it as root ("systemctl start nginx.service"), then run "pulumi up" again; the configuration is tested, and its include names ${version}. If it runs, \`nginx.pidFile\` must name its pid file`,
  };
}

function wordsFor(reason: string, detail: string, said: string, failed: FailedSwitch): Words {
  const { plan, seen, answer } = failed;
  const { site, version } = plan;
  switch (reason) {
    case "smoke-failed":
    case "probe-failed":
      return seen ?? { observed: `the client fell silent (${detail})` };
    case "release-missing":
      return {
        observed: `${detail} is not there`,
        next: "Let the Release resource put it there first, or CI or Deployer",
      };
    case "release-unfinished":
      return { observed: `${detail} has no manifest`, expected: "a release that was put there whole" };
    case "root-missing":
      return { observed: `${detail} is not there`, expected: "the release's web root", next: "Set `publicDir`" };
    case "release-unreadable":
      return {
        observed: `nginx's worker may not pass ${detail}`,
        next: `Let others read it, as in "chmod o+rx ${detail.split(" ")[0] ?? ""}"`,
      };
    case "include-unwritable":
      return {
        observed: `${failed.user} may not write in ${detail}`,
        next: `Give ${failed.user} that directory, or set \`includePath\` to a place of theirs and name it in the server block`,
      };
    case "site-unwritable":
      return {
        observed: `${failed.user} may not write ${detail}`,
        next: `As root: chown ${failed.user} ${detail}`,
      };
    case "tool-missing":
      return { observed: `"${detail}" is not installed`, next: `Install it (on Debian: ${packageOf(detail)})` };
    case "site-locked":
      return {
        observed: `another switch of the site holds the lock (${detail})`,
        expected: `it to end within ${plan.lockTimeout} s`,
        next: "Wait for it and try again, or raise `lockTimeout`",
      };
    case "host-locked":
      return {
        observed: `${detail} holds nginx's lock`,
        expected: `it to end within ${plan.lockTimeout} s`,
        next: "Try again",
      };
    case "deployer-locked":
      return {
        observed: `Deployer holds .dep/deploy.lock (${detail})`,
        expected: `it to end within ${plan.lockTimeout} s`,
        next: 'Let it finish, or run "dep deploy:unlock" if it is dead',
      };
    case "owned":
      return {
        observed: `the site is owned by ${ownerName(detail)}`,
        next: "Set `takeOver: true` if this stack is to have it",
      };
    case "current-is-directory":
      return {
        observed: `${detail} is a directory`,
        expected: "a symbolic link, or nothing",
        next: `Move its content into ${site.deployPath}/releases once, and remove it`,
      };
    case "test-red-before":
      return {
        observed: `the configuration was red before anything was changed (${said})`,
        expected: `"${detail}" green`,
        next: said.includes("failed (2: No such file or directory)")
          ? "A file that it includes is missing: if that is another new site's, its own first `pulumi up` writes it"
          : "Somebody's edit is pending: mend it, or a reboot would leave nginx down",
      };
    case "test-red-after":
      return { observed: `nginx refuses the configuration with our include (${said})` };
    case "pending-edits":
      return {
        observed: `edits that nobody has reloaded would go live with ours: ${(answer.texts.get("pending-edit") ?? []).join(", ")}`,
        next: "Have them tested and reloaded, or set `allowPendingEdits: true`",
      };
    case "include-unread":
      return {
        observed: `nginx does not read ${detail}`,
        expected: `"include ${detail};" and "root $root_dir;" in the server block of ${site.serverName}`,
        next: "Put them there (nginxSnippet() gives a whole server block), and reload nginx",
      };
    case "nginx-not-running":
      return stopped(includedVersion(failed));
    case "reload-refused":
      return { observed: `"${detail}" failed (${said || "no output"})`, ...stalePidFile(failed) };
    case "reload-ignored":
      return {
        observed: `no new nginx worker came up within ${plan.reloadTimeout} s of "${detail}", though it reported success`,
        next: `See nginx's error log for lines with [emerg]: a taken port or a changed shared zone stops a reload`,
      };
    case "old-workers-stay":
      return { observed: `old nginx workers still accept ${plan.reloadTimeout} s after the reload` };
    case "workers-died":
      return {
        observed: "the new nginx workers died at their start",
        next: "See nginx's error log for lines with [alert] and [emerg]",
      };
    case "nginx-stopped":
      return { observed: "nginx stopped during the switch", next: 'Start it as root: "systemctl start nginx.service"' };
    case "disk-full":
      return { observed: `no room or no right to write (${detail})`, next: "Make room and try again" };
    case "unrecovered":
      return { observed: `an interrupted switch to ${detail} could not be restored` };
    case "signalled":
    case "client-gone":
      return { observed: `it was interrupted (${detail})`, next: 'Run "pulumi up" again' };
    default:
      return { observed: `the host's script ended with ${reason} ${detail}`.trim(), expected: `${version} live` };
  }
}

function stalePidFile({ plan, answer }: FailedSwitch): Pick<Words, "next"> {
  const master = answer.facts.get("pid-file");
  if (master === undefined) return {};
  const { pidFile } = plan.nginx;
  return {
    next: `${pidFile} does not name nginx's master, and a reload needs that. As root: echo ${master} >${pidFile}`,
  };
}

function packageOf(tool: string): string {
  const packages: Readonly<Record<string, string>> = { flock: "util-linux", nginx: "nginx-light", find: "findutils" };
  return packages[tool] ?? tool;
}
