import type { OpcacheReport } from "../opcache/clear.ts";
import type { SwitchReport } from "../report.ts";
import type { Answer } from "../transport/conversation.ts";
import { ownerName } from "./owner.ts";
import type { ProbeResult } from "./probe.ts";
import type { SmokeResult } from "./smoke.ts";

/** What the client learned while the host switched. */
export interface Tried {
  readonly smoke: SmokeResult | undefined;
  readonly probe: ProbeResult | undefined;
}

/** The report of a switch that ended well. */
export function describe(
  answer: Answer,
  tried: Tried,
  cleared: OpcacheReport | undefined,
  seconds: number,
): SwitchReport {
  const switched = answer.outcome === "switched";
  return {
    status: switched ? "switched" : "unchanged",
    reloads: switched ? 1 : 0,
    smoke: smokeText(tried.smoke),
    probes: tried.probe?.requests ?? 0,
    drain: switched ? drainText(answer) : "nothing to drain",
    opcache: opcacheText(cleared),
    seconds: Math.round(seconds * 100) / 100,
  };
}

function smokeText(smoke: SmokeResult | undefined): string {
  if (smoke === undefined) return "not tried";
  if (smoke.outcome === "passed") return `answered ${smoke.status}`;
  return smoke.outcome === "failed" ? smoke.observed : `not tried: ${smoke.why}`;
}

function drainText(answer: Answer): string {
  const assumed = answer.facts.get("assumed") === "yes" ? ", assumed: other users' processes are hidden" : "";
  const drained = answer.facts.get("drained");
  if (drained === undefined) return "unknown: the connection was lost after the commit";
  return `${drained === "yes" ? "drained" : "draining"}${assumed}`;
}

function opcacheText(cleared: OpcacheReport | undefined): string {
  if (cleared === undefined) return "left alone";
  const count = cleared.places.reduce((sum, { invalidated }) => sum + invalidated, 0);
  const states = [...new Set(cleared.places.map(({ state }) => state))].join(", ");
  return `${cleared.policy}: ${count} scripts, ${states}`;
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
export function switchWarnings(answer: Answer, tried: Tried, cleared: OpcacheReport | undefined): readonly string[] {
  const { facts } = answer;
  const warnings: string[] = [];
  const tookOver = facts.get("took-over");
  const recovered = facts.get("recovered");
  const reload = reloadWarning(facts.get("nginx") ?? "");
  if (reload !== undefined) warnings.push(reload);
  if (tookOver !== undefined) warnings.push(`The site was taken over from ${ownerName(tookOver)}`);
  if (recovered !== undefined) warnings.push(`An interrupted switch was found: ${recovered}`);
  const untried = tried.smoke?.outcome === "unreachable" ? `${tried.smoke.why}. ${tried.smoke.next}` : undefined;
  if (untried !== undefined) warnings.push(`The release was not tried before the switch: ${untried}`);
  if (facts.get("drained") === "no") {
    warnings.push("Old nginx workers still finish requests; the release they serve is kept");
  }
  if (facts.has("include-unread")) {
    warnings.push(
      `Whether nginx reads ${facts.get("include-unread")} could not be seen: the site's server block must include it, and have "root $root_dir;"`,
    );
  }
  if (facts.get("pending-edits") === "unknown") {
    warnings.push("Whether somebody's edits of nginx's configuration went live with ours could not be seen");
  }
  const unfinished = facts.get("unfinished");
  if (unfinished !== undefined) warnings.push(`The version is live, but ${unfinished} could not be brought up to date`);
  // A pool that smoke could not reach refuses opcache for the same reason, in the same words.
  const more = cleared?.places.some(({ note }) => note !== undefined && note !== untried);
  if (more) warnings.push(`opcache: ${cleared?.why}`);
  return warnings;
}
