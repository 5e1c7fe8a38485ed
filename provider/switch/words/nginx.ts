import { needs } from "../../needs.ts";
import { versionOf } from "../../site.ts";
import type { Answer } from "../../transport/conversation.ts";
import type { FailedSwitch, Words, WordsOf } from "./failedSwitch.ts";

const LONGEST_TITLE = 100;

/** What came of nginx's test and reload, and of its workers. */
export const nginxWords: WordsOf = {
  "test-red-before": (_, detail, said) => ({
    observed: `the configuration was red before anything was changed (${said})`,
    expected: `"${detail}" green`,
    next: said.includes("failed (2: No such file or directory)")
      ? "A file that it includes is missing: if that is another new site's, its own first `pulumi up` writes it"
      : "Somebody's edit is pending: mend it, or a reboot would leave nginx down",
  }),
  "test-red-after": (_failed, _detail, said) => ({
    observed: `nginx refuses the configuration with our include (${said})`,
  }),
  "test-late-before": late,
  "test-late-after": late,
  "pending-edits": ({ answer }) => ({
    observed: `edits that nobody has reloaded would go live with ours: ${pendingEdits(answer).join(", ")}`,
    next: "Have them tested and reloaded, or set `allowPendingEdits: true`",
  }),
  "include-unread": ({ plan }, detail) => ({
    observed: `nginx does not read ${detail}`,
    expected: `"include ${detail};" and "root $root_dir;" in the server block of ${plan.site.serverName}`,
    next: "Put them there (nginxSnippet() gives a whole server block), and reload nginx",
  }),
  "nginx-not-running": stopped,
  "nginx-stopped": () => ({
    observed: "nginx stopped during the switch",
    next: 'Start it as root: "systemctl start nginx.service"',
  }),
  "reload-refused": (failed, detail, said) => ({
    observed: `"${detail}" failed (${said || "no output"})`,
    ...stalePidFile(failed),
  }),
  "reload-ignored": ({ plan, answer }, detail) => ({
    observed: `no new nginx worker came up within ${plan.reloadTimeout} s of "${detail}", though it reported success${withEdits(answer)}`,
    next: "See nginx's error log for lines with [emerg]: a taken port or a changed shared zone stops a reload",
  }),
  "reload-late": (failed, detail) => {
    const { observed, next } = late(failed, detail);
    return { observed: `${observed}, and no new nginx worker came up`, ...(next !== undefined && { next }) };
  },
  "pid-file-stranger": ({ plan, answer }, detail) => {
    const { pidFile } = plan.nginx;
    return {
      observed: `${pidFile} names process ${processIn(detail)}, which is not nginx's master and would get the reload's signal`,
      next: `As root: echo ${answer.facts.get("pid-file")} >${pidFile}; if nginx keeps its pid elsewhere, set \`nginx.pidFile\``,
    };
  },
  "old-workers-stay": ({ plan }) => ({
    observed: `old nginx workers still accept ${plan.reloadTimeout} s after the reload`,
  }),
  "workers-died": ({ answer }) => ({
    observed: `the new nginx workers died at their start${withEdits(answer)}`,
    next: "See nginx's error log for lines with [alert] and [emerg]",
  }),
};

export function stopped(failed: FailedSwitch): Words {
  return {
    observed: "nginx is not running",
    next: `Start it as root ("systemctl start nginx.service"), then run "pulumi up" again; the configuration is tested, and its include names ${includedVersion(failed)}. If it runs, \`nginx.pidFile\` must name its pid file`,
  };
}

function includedVersion({ answer, plan }: FailedSwitch): string {
  const root = answer.facts.get("restored");
  return root === undefined ? plan.version : (versionOf(plan.site, root) ?? root);
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

function late({ plan, answer, user }: FailedSwitch, command: string): Words {
  const left = answer.facts.has("goes-on") ? `, and goes on: ${user} may not end what root runs` : "";
  return {
    observed: `"${command}" did not end within ${plan.nginx.timeout} s${left}`,
    next: "See what it waits for (a name that no DNS answers, a password, a disk), or raise `nginx.timeout`",
  };
}

/** A pid, and the title that its process has, if it tells one. */
function processIn(detail: string): string {
  const [pid = "", ...title] = detail.split(" ");
  if (title.length === 0) return pid;
  const printed = title.join(" ").replace(/[^\x20-\x7e]/g, " ");
  return `${pid} (${printed.trim().slice(0, LONGEST_TITLE)})`;
}

function stalePidFile({ plan, answer }: FailedSwitch): Pick<Words, "next"> {
  const master = answer.facts.get("pid-file");
  if (master === undefined) return {};
  return { next: needs.pidFile.grant(plan.nginx.pidFile, master) };
}
