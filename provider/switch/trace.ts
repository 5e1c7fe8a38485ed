import { setTimeout as sleep } from "node:timers/promises";
import type { Failure } from "../errors.ts";
import { excerpt } from "../excerpt.ts";
import { symlinkLines } from "../serverBlock.ts";
import type { Transport } from "../transport/transport.ts";
import type { SwitchPlan } from "./plan.ts";
import { askOnce } from "./probe.ts";
import type { ProbeAnswer } from "./verdict.ts";

/** What came of the first switch's question whether requests resolve through `current`. */
export interface Trace {
  /** They do not, or PHP does not get the real path: in words. */
  readonly failed?: Pick<Failure, "observed" | "expected" | "next">;
  /** Why the path that PHP gets could not be seen. */
  readonly unseen?: string;
}

const MOST_SECONDS = 10;
const PAUSE_MS = 500;

/**
 * Asks nginx for the file and the script that the host has put into the new release, by the probe's place and name. What has no answer, or a
 * gateway's, is asked again for a while.
 */
export async function trace(
  transport: Transport,
  plan: SwitchPlan,
  name: string,
  nonce: string,
  over: AbortSignal,
): Promise<Trace> {
  const end = performance.now() + Math.min(plan.probe.timeout, MOST_SECONDS) * 1000;
  const ask = async (path: string): Promise<ProbeAnswer> => {
    for (;;) {
      const left = (end - performance.now()) / 1000;
      const answer = await askOnce(transport, { ...plan.probe, method: "GET", path }, Math.max(left, 1), over);
      const unclear = "error" in answer ? !answer.hopeless : answer.status >= 500;
      if (!unclear || performance.now() + PAUSE_MS >= end) return answer;
      await sleep(PAUSE_MS, undefined, { signal: over });
    }
  };
  const [file, script] = await Promise.all([ask(`/${name}.css`), ask(`/${name}.php`)]);
  return judgeTrace(plan, name, nonce, file, script);
}

/** What of an answer counts here. */
export type Heard =
  | Exclude<ProbeAnswer, { readonly status: number }>
  | Pick<Extract<ProbeAnswer, { readonly status: number }>, "status" | "body">;

/** What the answers to both come to. */
export function judgeTrace(plan: SwitchPlan, name: string, nonce: string, file: Heard, script: Heard): Trace {
  if ("error" in file || file.status !== 200 || !file.body.includes(nonce))
    return { failed: unresolved(plan, `GET /${name}.css ${answered(file)}`, nextOf(plan, file)) };
  if ("error" in script || !script.body.startsWith(nonce)) return { unseen: `GET /${name}.php ${answered(script)}` };
  const [, filename = "", root = ""] = script.body.split("\n");
  const { deployPath } = plan.site;
  for (const [variable, path, word] of [
    ["SCRIPT_FILENAME", filename, "$root_dir$fastcgi_script_name"],
    ["DOCUMENT_ROOT", root, "$root_dir"],
  ] as const) {
    if (`${path}/`.includes(`/releases/${plan.version}/`)) continue;
    if (!path.startsWith(`${deployPath}/current`) && !path.includes("/current/"))
      return { unseen: `PHP gets ${variable} ${excerpt(path)}` };
    return {
      failed: {
        observed: `PHP gets the path through the link, ${variable} ${excerpt(path)}: with its default settings it would go on with the release that it met first, for ever`,
        expected: `a path below ${deployPath}/releases/${plan.version}`,
        next: `In the server block of ${plan.site.serverName}: "fastcgi_param ${variable} ${word};", where $root_dir is pinned:\n${symlinkLines(plan.site)}`,
      },
    };
  }
  return {};
}

/** That requests do not resolve through `current`, with what makes them. */
export function unresolved({ site }: SwitchPlan, observed: string, next?: string): NonNullable<Trace["failed"]> {
  return {
    observed: `requests do not resolve through ${site.deployPath}/current: ${observed}`,
    expected: "the new release, without a reload",
    next:
      next ??
      `Put these lines into nginx's configuration for ${site.serverName}, and reload it (nginxSnippet({ strategy: "symlink", … }) gives a whole server block):\n${symlinkLines(site)}`,
  };
}

function nextOf({ probe, site }: SwitchPlan, file: Heard): string | undefined {
  if ("error" in file) return file.next;
  if (file.status >= 300 && file.status < 400)
    return `nginx sends ${probe.scheme} on port ${probe.port} elsewhere: name in \`probe\` (scheme, port, host) what serves ${site.serverName} itself`;
  if (file.status === 401)
    return 'nginx asks for a login: let the host itself in without one ("satisfy any; allow 127.0.0.1; deny all;" beside auth_basic)';
  return undefined;
}

function answered(answer: Heard): string {
  if ("error" in answer) return `got no answer: ${answer.error}`;
  return answer.status === 200 ? "answered 200 with something else" : `answered ${answer.status}`;
}
