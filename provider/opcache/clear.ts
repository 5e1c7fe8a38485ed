import { setTimeout as sleep } from "node:timers/promises";
import type { OpcachePlan } from "../switch/plan.ts";
import type { Transport } from "../transport/transport.ts";
import { type OpcacheAnswer, type OpcacheQuestion, type OpcacheStatus, restarts } from "./answer.ts";
import { fastcgiWay, httpWay, type OpcacheWay, type Reply } from "./way.ts";

/** What to clear, and how to get there. */
export interface OpcacheTarget {
  readonly plan: OpcachePlan;
  /** Sockets or host:port of the php-fpm pools, with `via: "fastcgi"`. */
  readonly pools: readonly string[];
  /** Where opcache.php lies on the host. */
  readonly scriptPath: string;
  /** Absolute, as in "/var/www/example.com/releases". */
  readonly releasesDir: string;
  /** The versions whose code stays: the live one and the rollback target. */
  readonly keep: readonly string[];
  /** How long one request, and a reset in all, may take, in seconds. */
  readonly timeout: number;
}

/** How it went at one pool or URL. */
export interface PlaceReport {
  readonly place: string;
  /** `pending`: a reset waits for requests in flight; `unverified`: the endpoint gives no status. */
  readonly state: "cleared" | "pending" | "unverified" | "failed";
  readonly invalidated: number;
  readonly before?: OpcacheStatus;
  readonly after?: OpcacheStatus;
  /** What a person should know, unless it is plainly cleared. */
  readonly note?: string;
}

export interface OpcacheReport {
  readonly policy: OpcachePlan["policy"];
  /** Whether nothing failed. A failed clear costs memory, never correctness, so it is a warning. */
  readonly ok: boolean;
  /** The notes of all places, for people. */
  readonly why?: string;
  readonly places: readonly PlaceReport[];
}

/** Takes the code of old releases out of opcache, and reads back from its counters that it is out. Never throws. */
export async function clearOpcache(transport: Transport, target: OpcacheTarget): Promise<OpcacheReport> {
  const { plan, pools, scriptPath, timeout } = target;
  if (plan.policy === "none") return { policy: "none", ok: true, places: [] };
  const ways =
    plan.via === "fastcgi"
      ? pools.map((pool) => fastcgiWay(transport, pool, scriptPath, timeout))
      : [httpWay(transport, plan.url ?? "", timeout)];
  const places: PlaceReport[] = [];
  let asked: number | undefined;
  // One after the other: pools of one php-fpm master share one cache, and the second finds done what the first did.
  for (const way of ways) {
    if (plan.policy === "invalidate") places.push(await invalidate(way, target));
    else {
      const { report, time } = await reset(way, timeout, asked);
      places.push(report);
      asked ??= time;
    }
  }
  const notes = places.flatMap(({ place, note }) => (note === undefined ? [] : [`${place}: ${note}`]));
  return {
    policy: plan.policy,
    ok: places.every(({ state }) => state !== "failed"),
    ...(notes.length > 0 && { why: notes.join("; ") }),
    places,
  };
}

async function invalidate(way: OpcacheWay, target: OpcacheTarget): Promise<PlaceReport> {
  const prefixes = [`${target.releasesDir}/`];
  const keep = target.keep.map((version) => `${target.releasesDir}/${version}/`);
  return judgeInvalidate(way.place, await way.ask({ op: "invalidate", prefixes, keep }));
}

/** What a reply to `invalidate` means. */
export function judgeInvalidate(place: string, reply: Reply): PlaceReport {
  if (reply.kind === "failed") return failed(place, reply.why);
  if (reply.kind === "bare-reset")
    return failed(
      place,
      'the endpoint knows nothing but a reset, and has emptied the whole cache; put the text of opcacheEndpoint() there, or say policy: "reset"',
    );
  const { answer } = reply;
  const idle = withoutCache(place, answer);
  if (idle !== undefined) return idle;
  const seen = { place, invalidated: answer.invalidated, ...statuses(answer) };
  if (answer.state === "restarting" || answer.after?.restartPending === true)
    return { ...seen, state: "pending", note: "opcache restarts as a whole once the requests in flight have ended" };
  if (answer.left === 0) return { ...seen, state: "cleared" };
  const note = `${answer.left} scripts of old releases are cached again, by requests that still run them, as ${answer.leftFirst}; the next switch clears them`;
  return { ...seen, state: "cleared", note };
}

const FIRST_POLL_MS = 10;
const LAST_POLL_MS = 500;
const NOTHING: Omit<OpcacheQuestion, "nonce"> = { op: "status", prefixes: [], keep: [] };

/** Resets unless that cache was reset since `since`, on the host's clock; tells when it was asked. */
async function reset(
  way: OpcacheWay,
  timeout: number,
  since: number | undefined,
): Promise<{ readonly report: PlaceReport; readonly time: number | undefined }> {
  const earlier = since === undefined ? undefined : await way.ask(NOTHING);
  const shared = earlier !== undefined && wasReset(earlier, since);
  const first = shared ? earlier : await way.ask({ ...NOTHING, op: "reset" });
  if (first.kind === "failed") return { report: failed(way.place, first.why), time: undefined };
  if (first.kind === "bare-reset")
    return {
      report: {
        place: way.place,
        state: "unverified",
        invalidated: 0,
        note: "not verified: the endpoint gives no status; the text of opcacheEndpoint() does",
      },
      time: undefined,
    };
  const { answer } = first;
  const { before } = answer;
  const idle = withoutCache(way.place, answer);
  if (idle !== undefined || before === undefined)
    return { report: idle ?? failed(way.place, "opcache tells no status"), time: answer.time };
  // A request in flight is killed after force_restart_timeout, whoever waits: waiting longer proves nothing more.
  const deadline = performance.now() + Math.min(timeout, Math.max(1, before.forceRestartTimeout / 3)) * 1000;
  let last: OpcacheAnswer = answer;
  // php-fpm restarts the cache at the start of a request that finds no other in it: asking is what brings it about.
  for (let wait = FIRST_POLL_MS; !isReset(before, last, shared); wait = Math.min(2 * wait, LAST_POLL_MS)) {
    if (performance.now() > deadline) return { report: pending(way.place, before, last), time: answer.time };
    await sleep(wait);
    const reply = await way.ask(NOTHING);
    if (reply.kind === "failed") return { report: failed(way.place, reply.why), time: answer.time };
    if (reply.kind === "answer") last = reply.answer;
  }
  const after = last.after;
  const report: PlaceReport = {
    place: way.place,
    state: "cleared",
    invalidated: shared ? 0 : before.scripts,
    before,
    ...(after !== undefined && { after }),
  };
  return { report, time: answer.time };
}

/** Whether the last status proves the reset: the cache was emptied since `before`, and nothing waits any more. */
export function isReset(before: OpcacheStatus, last: OpcacheAnswer, shared: boolean): boolean {
  const now = last.after;
  if (now === undefined || now.restartPending || now.restartInProgress) return false;
  return shared || restarts(now) > restarts(before);
}

function wasReset(reply: Reply, since: number | undefined): reply is Extract<Reply, { kind: "answer" }> {
  if (reply.kind !== "answer" || since === undefined) return false;
  const status = reply.answer.after;
  return status !== undefined && (status.restartPending || status.restartInProgress || status.lastRestart >= since);
}

function pending(place: string, before: OpcacheStatus, last: OpcacheAnswer): PlaceReport {
  return {
    place,
    state: "pending",
    invalidated: 0,
    before,
    ...(last.after !== undefined && { after: last.after }),
    note: `the reset waits for a request that began before it; until that ends opcache is off for every pool of this php-fpm, and after ${before.forceRestartTimeout} s php-fpm kills it`,
  };
}

function withoutCache(place: string, answer: OpcacheAnswer): PlaceReport | undefined {
  const free = { place, state: "cleared", invalidated: 0 } as const;
  switch (answer.state) {
    case "off":
      return { ...free, note: "opcache is off: there is nothing to clear" };
    case "absent":
      return { ...free, note: "PHP has no opcache: there is nothing to clear" };
    case "restricted":
      return failed(
        place,
        "opcache.restrict_api keeps this script from opcache; it must be empty, or a prefix of its path",
      );
    case "disabled":
      return failed(place, "disable_functions holds opcache's functions");
    case "on":
    case "restarting":
      return undefined;
  }
}

function statuses({ before, after }: OpcacheAnswer): Pick<PlaceReport, "before" | "after"> {
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function failed(place: string, why: string): PlaceReport {
  return { place, state: "failed", invalidated: 0, note: why };
}
