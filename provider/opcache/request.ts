import type { Duplex } from "node:stream";
import { SiteReleaseError } from "../errors.ts";
import { withConnection } from "../transport/freshConnection.ts";
import { detourOf } from "../transport/pipe.ts";
import type { Address, Transport } from "../transport/transport.ts";
import { poolName } from "./address.ts";
import { cgiParams, type PhpAnswer, type PhpRequest, parseCgiAnswer } from "./cgi.ts";
import { answerDecoder, encodeRequest } from "./fastcgi.ts";

/** What a PHP script answered, and what PHP itself had to say about it. */
export interface PoolAnswer extends PhpAnswer {
  /** PHP's own words: its error log, when that goes to php-fpm. */
  readonly stderr: string;
  /** Whether more of the body came than is kept. */
  readonly cut: boolean;
  /** How the connection came about, where not as usual: see transport/pipe.ts. */
  readonly detour?: string;
}

// More than any page that is judged; the rest of a longer answer is read and dropped, so that the script still ends by itself.
const KEPT_STDOUT = 1024 * 1024;
const KEPT_STDERR = 64 * 1024;

/**
 * Asks php-fpm on a fresh connection from the host, and waits for the script's whole answer. Throws a SiteReleaseError with reason
 * `pool-unreachable`, `php-timeout`, `php-closed`, `php-refused` or `php-garbled`.
 */
export async function askPhp(
  transport: Transport,
  pool: Address,
  request: PhpRequest,
  timeoutSeconds: number,
): Promise<PoolAnswer> {
  const failed = (reason: string, observed: string, next?: string, cause?: unknown): SiteReleaseError => {
    const action = `ask php-fpm at ${poolName(pool)} for ${request.method} ${request.path}`;
    const failure = { action, host: transport.host, observed, ...(next !== undefined && { next }) };
    return new SiteReleaseError(reason, failure, { cause });
  };
  const deadline = AbortSignal.timeout(Math.max(1, Math.round(timeoutSeconds * 1000)));
  try {
    return await withConnection(transport, pool, deadline, async (connection) => {
      try {
        const answer = await exchange(connection, request);
        const detour = detourOf(connection);
        return { ...answer, ...(detour !== undefined && { detour }) };
      } catch (error) {
        if (error instanceof Trouble) throw failed(error.reason, error.message, error.next, error);
        throw failed("php-closed", message(error), CHILD_DIED, error);
      }
    });
  } catch (error) {
    if (error instanceof SiteReleaseError && error.reason.startsWith("php-")) throw error;
    if (!deadline.aborted) throw failed("pool-unreachable", message(error), undefined, error);
    // Not told apart from here: php-fpm takes a connection when a child is free, and the kernel queues it until then.
    const observed = `no whole answer within ${Math.round(timeoutSeconds * 10) / 10} s: all children of the pool are busy, or the script takes longer`;
    throw failed("php-timeout", observed, "See the pool's pm.max_children and its slow log", error);
  }
}

async function exchange(connection: Duplex, request: PhpRequest): Promise<PoolAnswer> {
  const decoder = answerDecoder();
  const stdout = keeper(KEPT_STDOUT);
  const stderr = keeper(KEPT_STDERR);
  connection.write(encodeRequest(cgiParams(request), request.body));
  for await (const chunk of connection as AsyncIterable<Buffer>) {
    for (const event of understood(() => decoder.push(chunk))) {
      if (event.kind === "stdout") stdout.add(event.content);
      else if (event.kind === "stderr") stderr.add(event.content);
      else if (event.protocolStatus === 0) {
        const answer = understood(() => parseCgiAnswer(stdout.kept()));
        return { ...answer, stderr: stderr.kept().toString("utf8").trim(), cut: stdout.cut() };
      } else throw new Trouble("php-refused", `it refused the request (protocol status ${event.protocolStatus})`);
    }
  }
  throw new Trouble("php-closed", "the connection was closed before the answer was whole", CHILD_DIED);
}

/** What went wrong between two ends that are connected. */
class Trouble extends Error {
  readonly reason: string;
  readonly next: string | undefined;

  constructor(reason: string, observed: string, next?: string) {
    super(observed);
    this.reason = reason;
    this.next = next;
  }
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Trouble("php-garbled", message(error), "Name the address that php-fpm listens on");
  }
}

const CHILD_DIED = "The child that ran the script may have crashed or been killed: php-fpm's own log says it";

/** Keeps the first bytes of a stream. */
function keeper(limit: number): { add(chunk: Buffer): void; kept(): Buffer; cut(): boolean } {
  const chunks: Buffer[] = [];
  let seen = 0;
  return {
    add(chunk) {
      if (seen < limit) chunks.push(chunk.subarray(0, limit - seen));
      seen += chunk.length;
    },
    kept: () => Buffer.concat(chunks),
    cut: () => seen > limit,
  };
}

function message(error: unknown): string {
  if (error instanceof SiteReleaseError) return error.failure.observed;
  return error instanceof Error ? error.message : String(error);
}
