import type { SwitchReport } from "../report.ts";
import { isUndoable } from "../step/plan.ts";
import type { Answer } from "../transport/conversation.ts";
import { describeOpcache, type OpcacheDone, opcacheWarnings } from "./opcacheReport.ts";
import { ownerName } from "./owner.ts";
import type { SwitchPlan } from "./plan.ts";
import type { SmokeResult } from "./smoke.ts";
import type { Trace } from "./trace.ts";
import type { ProbeResult } from "./verdict.ts";

/** What the client learned while the host switched. */
export interface Tried {
  readonly smoke: SmokeResult | undefined;
  readonly probe: ProbeResult | undefined;
  readonly trace?: Trace | undefined;
}

/** The report of a switch that ended well. */
export function describe(
  { strategy }: Pick<SwitchPlan, "strategy">,
  answer: Answer,
  tried: Tried,
  opcache: OpcacheDone,
  seconds: number,
): SwitchReport {
  const switched = answer.outcome === "switched";
  return {
    status: switched ? "switched" : "unchanged",
    reloads: switched && strategy === "include" ? 1 : 0,
    smoke: smokeText(tried.smoke),
    probe: probeText(tried.probe),
    probes: tried.probe?.requests ?? 0,
    drain: switched ? drainText(answer) : "nothing to drain",
    ...describeOpcache(opcache),
    seconds: Math.round(seconds * 100) / 100,
  };
}

function smokeText(smoke: SmokeResult | undefined): string {
  if (smoke === undefined) return "not tried";
  if (smoke.outcome === "passed") return `answered ${smoke.status}${way(smoke)}`;
  return smoke.outcome === "failed" ? smoke.observed : `not tried: ${smoke.why}`;
}

function probeText(probe: ProbeResult | undefined): string {
  if (probe === undefined) return "not asked";
  return `${probe.observed}${way(probe)}`;
}

function way({ detour }: { readonly detour?: string }): string {
  return detour === undefined ? "" : `, ${detour}`;
}

function drainText(answer: Answer): string {
  const assumed = answer.facts.get("assumed") === "yes" ? ", assumed: other users' processes are hidden" : "";
  const drained = answer.facts.get("drained");
  if (drained === "unknown") return "unknown: without a reload nobody can see which requests still use the old version";
  if (drained === undefined) return "unknown: the connection was lost after the commit";
  return `${drained === "yes" ? "drained" : "draining"}${assumed}`;
}

/** What a reload costs with the nginx that tells its version; told once a site. */
export function reloadWarning(said: string): string | undefined {
  const [, ...parts] = /nginx\/(\d+)\.(\d+)\.(\d+)/.exec(said) ?? [];
  const [major = 0, minor = 0, patch = 0] = parts.map(Number);
  // nginx's changes of 1.27.4: the directive keepalive_min_timeout.
  const cured = major * 1e6 + minor * 1e3 + patch >= 1_027_004;
  if (parts.length === 0 || cured) return undefined;
  return `nginx ${parts.join(".")} closes idle keep-alive connections when it reloads: a request that is on its way on one just then gets no answer, and most clients send it again. From nginx 1.27.4 on, keepalive_min_timeout cures it`;
}

/** What a person should hear although the switch went well: each once, with the cure. */
export function switchWarnings(
  plan: SwitchPlan,
  answer: Answer,
  tried: Tried,
  opcache: OpcacheDone,
): readonly string[] {
  const { facts } = answer;
  const warnings: string[] = [];
  const tookOver = facts.get("took-over");
  const recovered = facts.get("recovered");
  const reload = reloadWarning(facts.get("nginx") ?? "");
  if (reload !== undefined) warnings.push(reload);
  if (tookOver !== undefined) warnings.push(`The site was taken over from ${ownerName(tookOver)}`);
  if (recovered !== undefined) warnings.push(`An interrupted switch was found: ${recovered}`);
  warnings.push(...leftSteps(plan, answer));
  const untried = tried.smoke?.outcome === "unreachable" ? `${tried.smoke.why}. ${tried.smoke.next}` : undefined;
  if (untried !== undefined) warnings.push(`The release was not tried before the switch: ${untried}`);
  if (facts.get("drained") === "no") {
    warnings.push("Old nginx workers still finish requests; the release they serve is kept");
  }
  if (facts.has("reload-late")) {
    warnings.push(
      `"${facts.get("reload-late")}" did not end within ${plan.nginx.timeout} s; nginx's workers prove that the reload took place`,
    );
  }
  if (facts.has("include-unread")) {
    warnings.push(
      `Whether nginx reads ${facts.get("include-unread")} could not be seen: the site's server block must include it, and have "root $root_dir;"`,
    );
  }
  warnings.push(...untraced(plan, answer, tried.trace));
  if (facts.get("pending-edits") === "unknown") {
    warnings.push("Whether somebody's edits of nginx's configuration went live with ours could not be seen");
  }
  const unfinished = facts.get("unfinished");
  if (unfinished !== undefined) warnings.push(`The version is live, but ${unfinished} could not be brought up to date`);
  warnings.push(...opcacheWarnings(opcache, untried));
  return warnings;
}

/** What the first switch by `current` could not prove. */
function untraced({ site, version }: SwitchPlan, { facts }: Answer, trace: Trace | undefined): readonly string[] {
  const where = facts.get("untraced");
  const warnings: string[] = [];
  if (where === version)
    warnings.push(
      `That requests resolve through ${site.deployPath}/current is not proved yet, since ${version} was live already: the switch to another version proves it`,
    );
  else if (where !== undefined)
    warnings.push(
      `Whether requests resolve through ${site.deployPath}/current was not seen, since the login may not write into ${where}: the next switch tries again`,
    );
  if (trace?.unseen !== undefined)
    warnings.push(
      `Whether PHP gets the real path could not be seen (${trace.unseen}): the server block must have "fastcgi_param SCRIPT_FILENAME $root_dir$fastcgi_script_name;" with a $root_dir that is pinned, or PHP goes on with the first release that it met`,
    );
  return warnings;
}

/** What ran for versions that did not go live, and was not undone. Now it is too late: this version's own steps have run since. */
function leftSteps({ version, beforeSteps }: SwitchPlan, { texts }: Answer): readonly string[] {
  return (texts.get("step-ran") ?? []).flatMap((record) => {
    const [, other = "", name] = /^(.+)\.([^.]+)$/.exec(record) ?? [];
    if (other === version || !beforeSteps.some((step) => step.name === name && isUndoable(step))) return [];
    return [
      `Step ${name} ran for ${other}, which did not go live: its onRestore did not run, and what it did stays done`,
    ];
  });
}
