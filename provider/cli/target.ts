/** Where a site is, as the command line names it. */
export interface Target {
  /** Absent: the login name here, as with ssh. */
  readonly user?: string;
  readonly host: string;
  readonly deployPath: string;
}

/** A machine on the way there. */
export interface Jump {
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
}

const USER = "(?:(?<user>[^:/\\s\\p{Cc}]+)@)?";
// A bare IPv6 address could not be told from what follows its colon: brackets, as with scp.
const HOST = "(?:\\[(?<v6>[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?)\\]|(?<name>[A-Za-z0-9._-]+))";
const TARGET = new RegExp(`^${USER}${HOST}:(?<path>/.*)$`, "su");
const JUMP = new RegExp(`^${USER}${HOST}(?::(?<port>\\d{1,5}))?$`, "u");

/** "[user@]host:/deployPath" as scp has it; a string says what is wrong with it. */
export function parseTarget(text: string): Target | string {
  const { user, v6, name, path } = TARGET.exec(text)?.groups ?? {};
  if (path === undefined) {
    if (text.startsWith("/")) return `for a site of this machine: --local ${text}`;
    if (/^[^:]*:\d+:\//.test(text)) return "SSH's port is given by --port";
    if (/^[^[]*:[^/]*:/.test(text)) return `an IPv6 address stands in brackets, as in [::1]:/var/www/example.com`;
    return `expected [user@]host:/deployPath, as in deploy@web1:/var/www/example.com`;
  }
  const deployPath = parsePath(path);
  if (deployPath === undefined)
    return "the path after the host is the site's directory: absolute, on one line, and not /";
  return { ...(user !== undefined && { user }), host: v6 ?? name ?? "", deployPath };
}

/** An absolute path other than the root, without slashes at its end; undefined for anything else. */
export function parsePath(text: string): string | undefined {
  const path = text.replace(/\/+$/, "");
  return path.startsWith("/") && !/\p{Cc}/u.test(path) ? path : undefined;
}

/** "[user@]host[:port]" as ssh's -J has it. */
export function parseJump(text: string): Jump | undefined {
  const { user, v6, name, port } = JUMP.exec(text)?.groups ?? {};
  const host = v6 ?? name;
  if (host === undefined) return undefined;
  const number = port === undefined ? undefined : parsePort(port);
  if (port !== undefined && number === undefined) return undefined;
  return { ...(user !== undefined && { user }), host, ...(number !== undefined && { port: number }) };
}

export function parsePort(text: string): number | undefined {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535 ? port : undefined;
}
