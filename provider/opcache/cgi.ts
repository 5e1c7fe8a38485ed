/** One request to a PHP script, as nginx would hand it on. */
export interface PhpRequest {
  /** The script's absolute path on the host. */
  readonly scriptFilename: string;
  /** What nginx would call the script, as in "/index.php". */
  readonly scriptName: string;
  readonly documentRoot: string;
  readonly method: string;
  /** Path and query, as in "/up?full=1". */
  readonly path: string;
  /** The site's name: SERVER_NAME, and the Host header unless `headers` has one. */
  readonly host: string;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Further parameters, which no HTTP request can set. */
  readonly params?: Readonly<Record<string, string>>;
}

/** What a PHP script answered. */
export interface PhpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/**
 * The CGI environment of RFC 3875 §4.1, with what php-fpm adds of its own: without REQUEST_METHOD it answers an empty 200 and
 * runs nothing, without SCRIPT_FILENAME it answers 404.
 */
export function cgiParams(request: PhpRequest): Readonly<Record<string, string>> {
  const mark = request.path.indexOf("?");
  const headers = { Host: request.host, ...request.headers };
  const length = request.body.length === 0 ? "" : String(request.body.length);
  return {
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_SOFTWARE: "pulumi-site-release",
    SERVER_PROTOCOL: "HTTP/1.1",
    SERVER_NAME: request.host,
    SERVER_PORT: String(request.port),
    SERVER_ADDR: "127.0.0.1",
    REMOTE_ADDR: "127.0.0.1",
    REMOTE_PORT: "0",
    REQUEST_SCHEME: "http",
    REQUEST_METHOD: request.method,
    REQUEST_URI: request.path,
    DOCUMENT_URI: request.scriptName,
    QUERY_STRING: mark === -1 ? "" : request.path.slice(mark + 1),
    DOCUMENT_ROOT: request.documentRoot,
    SCRIPT_FILENAME: request.scriptFilename,
    SCRIPT_NAME: request.scriptName,
    CONTENT_LENGTH: length,
    CONTENT_TYPE: "",
    // PHP takes 200 as the sign that a web server asks, when it was built with force-cgi-redirect.
    REDIRECT_STATUS: "200",
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [headerParam(name), value])),
    ...request.params,
  };
}

function headerParam(name: string): string {
  const word = name.toUpperCase().replaceAll("-", "_");
  return word === "CONTENT_TYPE" ? word : `HTTP_${word}`;
}

/** Reads the standard output of a CGI script (RFC 3875 §6); throws when its headers do not end. */
export function parseCgiAnswer(stdout: Buffer): PhpAnswer {
  const end = /\r?\n\r?\n/.exec(stdout.toString("latin1"));
  if (end === null) throw new Error("the answer has no headers");
  const headers = new Map<string, string>();
  for (const line of stdout.subarray(0, end.index).toString("latin1").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  const status = Number.parseInt(headers.get("status") ?? "200", 10);
  headers.delete("status");
  return { status: Number.isNaN(status) ? 500 : status, headers, body: stdout.subarray(end.index + end[0].length) };
}
