import { SiteReleaseError } from "../errors.ts";
import { ask } from "./ask.ts";
import { readCommand, type Streams } from "./command.ts";
import { withHost } from "./connect.ts";
import type { Facts } from "./facts.ts";
import type { Paint } from "./layout.ts";
import { historyOf, statusOf } from "./observed.ts";
import { renderHistory } from "./renderHistory.ts";
import { renderStatus } from "./renderStatus.ts";
import type { Request } from "./request.ts";

/** The exit code of a site that is not as it should be. */
const AMISS = 1;
/** The exit code where the host could not be asked. */
const UNASKED = 3;

/** Answers one command line, and gives its exit code. */
export async function run(words: readonly string[], version: string, streams: Streams, paint: Paint): Promise<number> {
  const request = readCommand(words, version, streams);
  if (typeof request === "number") return request;
  try {
    return await withHost(request.where, async (transport) => {
      const facts = await ask(transport, request);
      return answer(request, facts, transport.host, streams, paint);
    });
  } catch (error) {
    const reason = error instanceof SiteReleaseError ? error.reason : "unexpected";
    const message = error instanceof Error ? error.message : String(error);
    if (request.json) streams.out(json({ error: { reason, message } }));
    streams.err(`${message}\n`);
    return UNASKED;
  }
}

function answer(request: Request, facts: Facts, host: string, { out }: Streams, paint: Paint): number {
  const { command, deployPath, json: asJson } = request;
  const asked = { host, deployPath };
  if (command === "status") {
    const status = statusOf(facts, asked);
    out(asJson ? json(status) : renderStatus(status, paint));
    return status.ok ? 0 : AMISS;
  }
  const history = historyOf(facts, asked, request.limit);
  out(asJson ? json(history) : renderHistory(history, paint));
  return history.problems.length === 0 ? 0 : AMISS;
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
