import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type HostKey, parseHostKey } from "./hostKey.ts";

/** A known_hosts file, read. */
export interface KnownHostsFile {
  readonly path: string;
  readonly text: string;
}

/** One line of known_hosts that speaks of a host. */
export interface KnownHost {
  readonly key: HostKey;
  readonly mark: "" | "@revoked" | "@cert-authority";
  /** "/root/.ssh/known_hosts:3" */
  readonly place: string;
}

/** The files that OpenSSH asks by default; those that are missing are left out. */
export function readKnownHosts(): KnownHostsFile[] {
  const home = join(homedir(), ".ssh");
  const paths = [join(home, "known_hosts"), join(home, "known_hosts2"), "/etc/ssh/ssh_known_hosts"];
  return paths.flatMap((path) => {
    try {
      return [{ path, text: readFileSync(path, "utf8") }];
    } catch (error) {
      // A file that is missing or another's says nothing; without a key from elsewhere the connection is refused anyway.
      if (error instanceof Error && "code" in error && ["ENOENT", "EACCES", "ENOTDIR"].includes(String(error.code)))
        return [];
      throw error;
    }
  });
}

/** The name under which known_hosts has a host: "web1", or "[web1]:2222". */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** All lines for a name, in the order of the files. Lines that do not parse are skipped, as OpenSSH does. */
export function knownHosts(files: readonly KnownHostsFile[], name: string): KnownHost[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, at) => {
      const known = parseLine(line, name.toLowerCase(), `${path}:${at + 1}`);
      return known === undefined ? [] : [known];
    }),
  );
}

function parseLine(line: string, name: string, place: string): KnownHost | undefined {
  const found = /^\s*(?:(@\S+)\s+)?(\S+)\s+(.+)$/.exec(line);
  if (found === null || line.trimStart().startsWith("#")) return undefined;
  const [, mark = "", names = "", rest = ""] = found;
  if (mark !== "" && mark !== "@revoked" && mark !== "@cert-authority") return undefined;
  const key = parseHostKey(rest);
  if (key === undefined || !namesMatch(names, name)) return undefined;
  return { key, mark, place };
}

function namesMatch(names: string, name: string): boolean {
  if (names.startsWith("|1|")) return hashMatches(names, name);
  const patterns = names.toLowerCase().split(",");
  // One negated pattern that matches rules the whole line out (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
  if (patterns.some((pattern) => pattern.startsWith("!") && wildcardMatches(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => wildcardMatches(pattern, name));
}

/** `|1|salt|hash`: an HMAC-SHA1 of the name (OpenSSH, hostfile.c). */
function hashMatches(names: string, name: string): boolean {
  const [, , salt = "", hash = ""] = names.split("|");
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

function wildcardMatches(pattern: string, name: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name);
}
