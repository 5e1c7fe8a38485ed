import { randomBytes } from "node:crypto";
import { SiteReleaseError } from "../errors.ts";
import { excerpt } from "../excerpt.ts";
import { askHttp } from "../transport/http.ts";
import type { Address, Transport } from "../transport/transport.ts";
import { isBareReset, type OpcacheAnswer, type OpcacheQuestion, parseAnswer } from "./answer.ts";
import { diagnosePool, poolAddress, poolName } from "./pool.ts";
import { phpRefusal } from "./refusal.ts";
import { askPhp } from "./request.ts";

/** What came back: the status script's answer, the bare endpoint's reset, or neither. */
export type Reply =
  | { readonly kind: "answer"; readonly answer: OpcacheAnswer }
  | { readonly kind: "bare-reset" }
  | { readonly kind: "failed"; readonly why: string };

/** One way into the opcache of one php-fpm master. */
export interface OpcacheWay {
  /** The pool or the URL. */
  readonly place: string;
  ask(question: Omit<OpcacheQuestion, "nonce">): Promise<Reply>;
}

const LONGEST_SHOWN = 200;

/** Straight to a pool, which runs host/opcache.php. */
export function fastcgiWay(transport: Transport, pool: string, scriptPath: string, timeoutSeconds: number): OpcacheWay {
  return {
    place: pool,
    ask: (question) =>
      replied(async (nonce) => {
        const address = poolAddress(pool);
        const request = {
          scriptFilename: scriptPath,
          scriptName: "/opcache.php",
          documentRoot: scriptPath.slice(0, scriptPath.lastIndexOf("/")),
          method: "POST",
          path: "/opcache.php",
          host: "localhost",
          port: 80,
          headers: { "Content-Type": "application/json" },
          body: Buffer.from(JSON.stringify({ ...question, nonce })),
          params: { SITE_RELEASE_OPCACHE: "1" },
        };
        const answer = await askPhp(transport, address, request, timeoutSeconds).catch((error: unknown) =>
          explained(transport, address, error),
        );
        const refusal = phpRefusal(answer, scriptPath);
        if (refusal !== undefined) throw new Error(`${refusal.why}. ${refusal.next}`);
        return { status: answer.status, body: answer.body.toString("utf8"), said: answer.stderr };
      }),
  };
}

/** Through the host's own web server: a localhost-only server block that runs host/opcache.php, or one that only resets. */
export function httpWay(transport: Transport, url: string, timeoutSeconds: number): OpcacheWay {
  return {
    place: url,
    ask: (question) =>
      replied(async (nonce) => {
        const { protocol, hostname, port, host, pathname, search } = new URL(url);
        if (protocol !== "http:" && protocol !== "https:") throw new Error("the URL is neither http nor https");
        const scheme = protocol === "https:" ? "https" : "http";
        const late = AbortSignal.timeout(timeoutSeconds * 1000);
        const request = {
          scheme,
          address: hostname.replace(/^\[|\]$/g, ""),
          port: port === "" ? (scheme === "https" ? 443 : 80) : Number(port),
          host: scheme === "https" ? hostname : host,
          method: "POST",
          path: `${pathname}${search}`,
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ ...question, nonce }),
        } as const;
        return askHttp(transport, request, late).catch((error: unknown) => {
          throw late.aborted ? new Error(`no answer within ${timeoutSeconds} s`) : error;
        });
      }),
  };
}

/** A failed clear is no failed switch: whatever happens becomes words. */
async function replied(
  ask: (nonce: string) => Promise<{ readonly status: number; readonly body: string; readonly said?: string }>,
): Promise<Reply> {
  const nonce = randomBytes(9).toString("hex");
  try {
    const { status, body, said } = await ask(nonce);
    const answer = parseAnswer(body, nonce);
    if (status === 200 && answer !== undefined) return { kind: "answer", answer };
    if (status === 200 && isBareReset(body)) return { kind: "bare-reset" };
    const words = said === undefined || said === "" ? body : said;
    return { kind: "failed", why: `answered ${status}: ${excerpt(words, LONGEST_SHOWN)}` };
  } catch (error) {
    if (error instanceof SiteReleaseError) {
      const { observed, next } = error.failure;
      return { kind: "failed", why: next === undefined ? observed : `${observed}. ${next}` };
    }
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}

async function explained(transport: Transport, pool: Address, error: unknown): Promise<never> {
  if (!(error instanceof SiteReleaseError) || error.reason !== "pool-unreachable") throw error;
  const { why, next } = await diagnosePool(transport, pool);
  throw new SiteReleaseError(
    error.reason,
    { action: `reach php-fpm at ${poolName(pool)}`, host: transport.host, observed: why, next },
    { cause: error },
  );
}
