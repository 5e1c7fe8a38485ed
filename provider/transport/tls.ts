import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import {
  connect as connectTls,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import { excerpt } from "../excerpt.ts";

/** Why there was no answer, in plain words, and what a person can do. */
export class NoAnswer extends Error {
  readonly next: string | undefined;

  constructor({ said, next }: Words, cause: unknown) {
    super(said, { cause });
    this.next = next;
  }
}

/** TLS on a connection, where the certificate must be for the name in a Host header, and trusted here or by `ca`. */
export function secured(connection: Duplex, authority: string, ca?: string): Promise<TLSSocket> {
  const host = authority.replace(/^(\[.*\]|[^:]*):\d+$/, "$1").replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: connection,
      // The name to verify; a server name indication must not be an IP address (RFC 6066 §3).
      host,
      ...(isIP(host) === 0 && { servername: host }),
      secureContext: trusted(ca),
      ALPNProtocols: ["http/1.1"],
    });
    socket.once("secureConnect", () => resolve(socket));
    socket.on("error", (error) => reject(plain(error)));
  });
}

const trust = new Map<string | undefined, SecureContext>();

/**
 * Node's own certificate authorities (with NODE_EXTRA_CA_CERTS) and the system's, which may know a company's own. Made once:
 * reading hundreds of certificates takes a good part of a second.
 */
function trusted(ca: string | undefined): SecureContext {
  const known = trust.get(ca);
  if (known !== undefined) return known;
  const more = ca === undefined ? [] : [ca];
  const context = createSecureContext({
    ca: [...new Set([...getCACertificates("default"), ...getCACertificates("system"), ...more])],
  });
  trust.set(ca, context);
  return context;
}

interface Words {
  readonly said: string;
  readonly next?: string;
}

const TRUST =
  "If it is to be trusted, name its authority's certificate in `probe.ca`, or let this machine trust it (NODE_EXTRA_CA_CERTS)";
const SELF_SIGNED: Words = { said: "the certificate is self-signed", next: TRUST };
const STRANGER: Words = {
  said: "the certificate's issuer is not trusted here, or an intermediate certificate is missing",
  next: `${TRUST}; if it is a public one's, ssl_certificate must name the whole chain`,
};
const NO_TLS: Words = { said: "the port does not speak TLS" };
const CUT: Words = { said: "the connection was closed before the answer was whole" };

const words: Readonly<Record<string, Words>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: SELF_SIGNED,
  SELF_SIGNED_CERT_IN_CHAIN: {
    said: "the certificate's chain ends in an authority that is not trusted here",
    next: TRUST,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: STRANGER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: STRANGER,
  UNABLE_TO_GET_ISSUER_CERT: STRANGER,
  CERT_HAS_EXPIRED: { said: "the certificate has expired", next: "Renew it, and reload nginx" },
  CERT_NOT_YET_VALID: { said: "the certificate is not valid yet", next: "Compare the clocks of both machines" },
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ECONNRESET: CUT,
  EPIPE: CUT,
  ERR_STREAM_PREMATURE_CLOSE: CUT,
};

/** An error of a socket, of TLS or of HTTP in words for people. */
export function plain(error: Error): NoAnswer {
  const code = "code" in error ? String(error.code) : "";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return new NoAnswer(otherName(error), error);
  return new NoAnswer(words[code] ?? { said: error.message }, error);
}

// Node's error has the name that was asked for, and the certificate (tls.checkServerIdentity).
function otherName(error: Error & { readonly host?: unknown; readonly cert?: { subjectaltname?: string } }): Words {
  const names = (error.cert?.subjectaltname ?? "").replace(/\b(?:DNS|IP Address):/g, "");
  return {
    said: `the certificate is for ${names === "" ? "no name" : excerpt(names)}, not for ${error.host}`,
    next: "Name one of its names in `probe.host` (or in `probe.url`), or give nginx a certificate for this one",
  };
}
