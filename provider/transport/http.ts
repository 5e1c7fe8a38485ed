import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from "node:http";
import type { Duplex } from "node:stream";
import { withConnection } from "./freshConnection.ts";
import { detourOf } from "./pipe.ts";
import { plain, secured } from "./tls.ts";
import type { Transport } from "./transport.ts";

/** One HTTP request to a place that is reached from the host. */
export interface HttpRequest {
  readonly scheme: "http" | "https";
  readonly address: string;
  readonly port: number;
  /** The Host header, and without its port the name that a certificate must have. */
  readonly host: string;
  /** Certificates in PEM that are trusted besides those of this machine. */
  readonly ca?: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first mebibyte as text. */
  readonly body: string;
  /** How the connection came about, where not as usual: see pipe.ts. */
  readonly detour?: string;
}

const KEPT_BODY = 1024 * 1024;

/**
 * Asks once, on a connection of its own that is closed afterwards. Redirects are answers like others. Rejects with the transport's
 * error when no connection could be made, with the signal's reason when it fired, and with NoAnswer otherwise.
 */
export function askHttp(transport: Transport, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const address = { host: request.address, port: request.port };
  return withConnection(transport, address, signal, async (connection) => {
    const answer = await exchange(connection, request);
    const detour = detourOf(connection);
    return { ...answer, ...(detour !== undefined && { detour }) };
  });
}

async function exchange(connection: Duplex, request: HttpRequest): Promise<HttpAnswer> {
  const socket = request.scheme === "https" ? await secured(connection, request.host, request.ca) : connection;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method, path } = request;
    const headers = {
      "User-Agent": "pulumi-site-release",
      ...request.headers,
      Host: request.host,
      Connection: "close",
    };
    requestHttp({ createConnection: () => socket, method, path, headers })
      .on("response", resolve)
      .on("error", (error) => reject(plain(error)))
      .end(request.body);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= KEPT_BODY) break;
    }
  } catch (error) {
    throw error instanceof Error ? plain(error) : error;
  }
  const body = Buffer.concat(chunks).subarray(0, KEPT_BODY).toString("utf8");
  return { status: answer.statusCode ?? 0, headers: oneEach(answer.headers), body };
}

function oneEach(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
}
