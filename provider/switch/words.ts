import type { Failure } from "../errors.ts";
import { needs } from "../needs.ts";
import { versionOf } from "../site.ts";
import type { Answer } from "../transport/conversation.ts";
import { ownerName } from "./owner.ts";
import type { SwitchPlan } from "./plan.ts";
import { unresolved } from "./trace.ts";

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

const texts: ReadonlyMap<string, string> = new Map([
  ["test-red-before", "nginx-test"],
  ["test-red-after", "nginx-test"],
  ["reload-refused", "reload"],
]);

function lastWords(answer: Answer, reason: string): string {
  return wordsThatMatter(answer.texts.get(texts.get(reason) ?? "") ?? []);
}

/** Of what a command of the host's said: nginx and sudo say what matters last, and nginx's own warnings come first. */
export function wordsThatMatter(lines: readonly string[]): string {
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
  return {
    observed: `${user} may not run "${command}" without a password`,
    expected: "the two sudo rights of the site's user",
    next: needs.sudo.grant(user),
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
    case "warm-failed":
    case "probe-failed":
    case "current-unresolved":
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
        next: needs.passable.grant(detail.split(" ")[0] ?? ""),
      };
    case "conf-dir-unreadable":
      return {
        observed: `${failed.user} cannot read ${detail}`,
        expected: "nginx's configuration: its lock is on that directory, and edits in it are looked for",
        next: "Set `nginx.confDir` to where nginx's configuration lies, or let the login read it",
      };
    case "deploy-path-unreadable":
      return {
        observed: `${failed.user} cannot read ${detail}`,
        expected: "the site's directory, whose lock is on it",
        next: needs.deployPath.grant(failed.user, detail),
      };
    case "include-unreadable":
      return { observed: `${detail} is no file that ${failed.user} can read` };
    case "include-unwritable":
      return {
        observed: `${failed.user} may not write in ${detail}`,
        next: needs.includeDir.grant(failed.user),
      };
    case "site-unwritable":
      return {
        observed: `${failed.user} may not write ${detail}`,
        next: needs.ownPlace.grant(failed.user, detail),
      };
    case "tool-missing":
      return { observed: `the host has no ${detail}`, next: needs.tool.grant(detail) };
    case "site-locked":
      return {
        observed: `${detail} holds the site's lock`,
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
    case "test-late-before":
    case "test-late-after":
      return late(detail, failed);
    case "pending-edits":
      return {
        observed: `edits that nobody has reloaded would go live with ours: ${pendingEdits(answer).join(", ")}`,
        next: "Have them tested and reloaded, or set `allowPendingEdits: true`",
      };
    case "include-unread":
      return {
        observed: `nginx does not read ${detail}`,
        expected: `"include ${detail};" and "root $root_dir;" in the server block of ${site.serverName}`,
        next: "Put them there (nginxSnippet() gives a whole server block), and reload nginx",
      };
    case "current-unused":
      return unresolved(plan, `${version} was live already, and nobody has followed the link while the site was asked`);
    case "current-moved":
      return {
        observed: `somebody moved ${site.deployPath}/current while the new version was probed`,
        next: 'Let one tool switch the site, and run "pulumi up" again',
      };
    case "nginx-not-running":
      return stopped(includedVersion(failed));
    case "reload-refused":
      return { observed: `"${detail}" failed (${said || "no output"})`, ...stalePidFile(failed) };
    case "reload-ignored":
      return {
        observed: `no new nginx worker came up within ${plan.reloadTimeout} s of "${detail}", though it reported success${withEdits(answer)}`,
        next: `See nginx's error log for lines with [emerg]: a taken port or a changed shared zone stops a reload`,
      };
    case "reload-late": {
      const { observed, next } = late(detail, failed);
      return { observed: `${observed}, and no new nginx worker came up`, ...(next !== undefined && { next }) };
    }
    case "pid-file-stranger": {
      const [pid = "", ...title] = detail.split(" ");
      const { pidFile } = plan.nginx;
      return {
        observed: `${pidFile} names process ${pid}${
          title.length > 0
            ? ` (${title
                .join(" ")
                .replace(/[^\x20-\x7e]/g, " ")
                .trim()
                .slice(0, 100)})`
            : ""
        }, which is not nginx's master and would get the reload's signal`,
        next: `As root: echo ${answer.facts.get("pid-file")} >${pidFile}; if nginx keeps its pid elsewhere, set \`nginx.pidFile\``,
      };
    }
    case "old-workers-stay":
      return { observed: `old nginx workers still accept ${plan.reloadTimeout} s after the reload` };
    case "workers-died":
      return {
        observed: `the new nginx workers died at their start${withEdits(answer)}`,
        next: "See nginx's error log for lines with [alert] and [emerg]",
      };
    case "nginx-stopped":
      return { observed: "nginx stopped during the switch", next: 'Start it as root: "systemctl start nginx.service"' };
    case "disk-full":
      return { observed: `no room or no right to write (${detail})`, next: "Make room and try again" };
    case "step-undone":
      return {
        observed: `step ${detail} was undone after an earlier switch to ${version} failed, and has not run since`,
        next: 'Run "pulumi up" again',
      };
    case "unrecovered":
      return { observed: `an interrupted switch to ${detail} could not be restored` };
    case "signalled":
    case "client-gone":
      return { observed: `it was interrupted (${detail})`, next: 'Run "pulumi up" again' };
    default:
      return { observed: `the host's script ended with ${reason} ${detail}`.trim(), expected: `${version} live` };
  }
}

/** Files of nginx's configuration that nobody had reloaded before. */
function pendingEdits({ texts }: Answer): readonly string[] {
  return texts.get("pending-edit") ?? [];
}

// Whoever allowed them must hear of them when the reload fails: our include alone stops no worker.
function withEdits(answer: Answer): string {
  const edits = pendingEdits(answer);
  return edits.length === 0 ? "" : `, with edits that nobody had reloaded before: ${edits.join(", ")}`;
}

function late(command: string, { plan, answer, user }: FailedSwitch): Words {
  const left = answer.facts.has("goes-on") ? `, and goes on: ${user} may not end what root runs` : "";
  return {
    observed: `"${command}" did not end within ${plan.nginx.timeout} s${left}`,
    next: "See what it waits for (a name that no DNS answers, a password, a disk), or raise `nginx.timeout`",
  };
}

function stalePidFile({ plan, answer }: FailedSwitch): Pick<Words, "next"> {
  const master = answer.facts.get("pid-file");
  if (master === undefined) return {};
  return { next: needs.pidFile.grant(plan.nginx.pidFile, master) };
}
