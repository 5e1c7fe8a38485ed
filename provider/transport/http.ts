import { type IncomingMessage, request as requestHttp } from "node:http";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import {
  connect as connectTls,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import { withConnection } from "./freshConnection.ts";
import type { Transport } from "./transport.ts";

/** One HTTP request to a place that is reached from the host. */
export interface HttpRequest {
  readonly scheme: "http" | "https";
  readonly address: string;
  readonly port: number;
  /** The Host header, and the name that a certificate must have. */
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** The first mebibyte as text. */
  readonly body: string;
}

const KEPT_BODY = 1024 * 1024;

/**
 * Asks once, on a connection of its own that is closed afterwards. Redirects are answers like others. Rejects with the transport's
 * error when no connection could be made, with the signal's reason when it fired, and with an Error in plain words otherwise.
 */
export function askHttp(transport: Transport, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const address = { host: request.address, port: request.port };
  return withConnection(transport, address, signal, (connection) => exchange(connection, request));
}

async function exchange(connection: Duplex, request: HttpRequest): Promise<HttpAnswer> {
  const socket = request.scheme === "https" ? await secured(connection, request.host) : connection;
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
  return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks).subarray(0, KEPT_BODY).toString("utf8") };
}

function secured(connection: Duplex, host: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: connection,
      // The name to verify; a server name indication must not be an IP address (RFC 6066 §3).
      host,
      ...(isIP(host) === 0 && { servername: host }),
      secureContext: trusted(),
      ALPNProtocols: ["http/1.1"],
    });
    socket.once("secureConnect", () => resolve(socket));
    socket.on("error", (error) => reject(plain(error)));
  });
}

let trust: SecureContext | undefined;

/**
 * Node's own certificate authorities (with NODE_EXTRA_CA_CERTS) and the system's, which may know a company's own. Made once:
 * reading hundreds of certificates takes a good part of a second.
 */
function trusted(): SecureContext {
  trust ??= createSecureContext({
    ca: [...new Set([...getCACertificates("default"), ...getCACertificates("system")])],
  });
  return trust;
}

const words: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate's chain ends in an authority that is not trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the certificate's issuer is not trusted here, or an intermediate certificate is missing",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate's issuer is not trusted here",
  CERT_HAS_EXPIRED: "the certificate has expired",
  CERT_NOT_YET_VALID: "the certificate is not valid yet",
  EPROTO: "the port does not speak TLS",
  ERR_SSL_WRONG_VERSION_NUMBER: "the port does not speak TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "the port does not speak TLS",
  ECONNRESET: "the connection was closed before the answer was whole",
  ERR_STREAM_PREMATURE_CLOSE: "the connection was closed before the answer was whole",
};

function plain(error: Error): Error {
  const code = "code" in error ? String(error.code) : "";
  return new Error(words[code] ?? error.message, { cause: error });
}
