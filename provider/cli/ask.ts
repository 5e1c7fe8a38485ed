import { SiteReleaseError } from "../errors.ts";
import { converse } from "../transport/conversation.ts";
import { hostScript } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";
import { type Facts, factsOf } from "./facts.ts";
import type { Request } from "./request.ts";

const SECONDS = 60;

/** Asks the host, by one command; a host that hangs is not waited for. */
export async function ask(transport: Transport, request: Request, seconds: number = SECONDS): Promise<Facts> {
  const { command, deployPath, includePath, pidFile, confDir, limit } = request;
  const action = `look at ${deployPath}`;
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(
      new SiteReleaseError("late", { action, host: transport.host, observed: `no answer within ${seconds} s` }),
    );
  }, seconds * 1000);
  try {
    const inputs = {
      asked: command,
      limit: String(limit),
      deploy_path: deployPath,
      include_path: includePath,
      pid_file: pidFile,
      conf_dir: confDir,
      test_command: "",
      reload_command: "",
      nginx_timeout: String(Math.ceil(seconds / 2)),
    };
    const answer = await converse(transport, hostScript("status"), inputs, {
      outcomes: ["told"],
      signal: late.signal,
    });
    if (answer.failure === undefined) return factsOf(answer);
    const { reason, detail } = answer.failure;
    throw new SiteReleaseError(reason, { action, host: transport.host, observed: `${reason} ${detail}`.trim() });
  } finally {
    clearTimeout(timer);
  }
}
