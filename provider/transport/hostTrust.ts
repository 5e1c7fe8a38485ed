import { SiteReleaseError } from "../errors.ts";
import { type Hop, hopName } from "./connection.ts";
import { fingerprint, type HostKey, hostKeyLine, parseHostKey, sameKey } from "./hostKey.ts";
import { type KnownHost, type KnownHostsFile, knownHosts, knownHostsName } from "./knownHosts.ts";

/** The keys by which a host is recognised, and where each is written. */
export interface HostTrust {
  readonly trusted: readonly KnownHost[];
  readonly revoked: readonly KnownHost[];
  /** The place of a certificate authority for this host: those are not verified here. */
  readonly authority: string | undefined;
}

/** What is known of a host's key: the input `hostKey` alone, else known_hosts. */
export function hostTrust(hop: Hop, files: readonly KnownHostsFile[]): HostTrust {
  if (hop.hostKey !== undefined) {
    const key = parseHostKey(hop.hostKey);
    if (key === undefined) throw unreadable(hop);
    return { trusted: [{ key, mark: "", place: hop.names.hostKey }], revoked: [], authority: undefined };
  }
  const known = knownHosts(files, knownHostsName(hop.host, hop.port));
  // A host on another port may be known by its bare name: OpenSSH's check_host_key() "without port identifier" does the same.
  const bare = hop.port === 22 ? [] : knownHosts(files, hop.host);
  const plain = known.filter(({ mark }) => mark === "");
  return {
    trusted: plain.length > 0 ? plain : bare.filter(({ mark }) => mark === ""),
    revoked: [...known, ...bare].filter(({ mark }) => mark === "@revoked"),
    authority: [...known, ...bare].find(({ mark }) => mark === "@cert-authority")?.place,
  };
}

/** What speaks against a key that a host has shown; undefined when it is the right one. */
export function distrust(hop: Hop, trust: HostTrust, key: HostKey): SiteReleaseError | undefined {
  const revoked = trust.revoked.find((known) => sameKey(known.key, key));
  if (revoked !== undefined) return revokedKey(hop, revoked, key);
  if (trust.trusted.some((known) => sameKey(known.key, key))) return undefined;
  return trust.trusted.length === 0 ? unknownKey(hop, trust, key) : wrongKey(hop, trust, key);
}

// The order that OpenSSH's ssh_config(5) HostKeyAlgorithms has for plain keys.
const ALGORITHMS = [
  { type: "ssh-ed25519", algorithms: ["ssh-ed25519"] },
  { type: "ecdsa-sha2-nistp256", algorithms: ["ecdsa-sha2-nistp256"] },
  { type: "ecdsa-sha2-nistp384", algorithms: ["ecdsa-sha2-nistp384"] },
  { type: "ecdsa-sha2-nistp521", algorithms: ["ecdsa-sha2-nistp521"] },
  { type: "ssh-rsa", algorithms: ["rsa-sha2-512", "rsa-sha2-256"] },
] as const;

export type HostKeyAlgorithm = (typeof ALGORITHMS)[number]["algorithms"][number];

/** The algorithms to ask a host's key by: those of the keys we know come first, so that it shows one of them if it has it. */
export function hostKeyAlgorithms(trust: HostTrust): HostKeyAlgorithm[] {
  const known = new Set(trust.trusted.map(({ key }) => key.type));
  const first = ALGORITHMS.filter(({ type }) => known.has(type));
  const rest = ALGORITHMS.filter(({ type }) => !known.has(type));
  return [...first, ...rest].flatMap(({ algorithms }) => [...algorithms]);
}

function unreadable(hop: Hop): SiteReleaseError {
  return new SiteReleaseError("host-key-unreadable", {
    action: `connect to ${hopName(hop)}`,
    observed: `${hop.names.hostKey} is not a public key`,
    expected: 'one line as in authorized_keys, "ssh-ed25519 AAAA…"',
    next: `Take the line from /etc/ssh/ssh_host_ed25519_key.pub on the host`,
  });
}

function shown(key: HostKey): string {
  return `${key.type} ${fingerprint(key)}`;
}

function unknownKey(hop: Hop, trust: HostTrust, key: HostKey): SiteReleaseError {
  const line = `${knownHostsName(hop.host, hop.port)} ${hostKeyLine(key)}`;
  const authority =
    trust.authority === undefined
      ? ""
      : `; the @cert-authority at ${trust.authority} is of no use: only plain keys are`;
  return new SiteReleaseError("host-key-unknown", {
    action: `connect to ${hopName(hop)}`,
    observed: `its host key is not known (${shown(key)})${authority}`,
    expected: `a key that ${hop.names.hostKey} or known_hosts names`,
    next: `Compare the fingerprint with the host's own (cat /etc/ssh/ssh_host_*_key.pub | ssh-keygen -lf - there); if it is the same, add this line to ~/.ssh/known_hosts: ${line} - or set ${hop.names.hostKey} to "${hostKeyLine(key)}"`,
  });
}

function wrongKey(hop: Hop, trust: HostTrust, key: HostKey): SiteReleaseError {
  const expected = trust.trusted.map((known) => `${shown(known.key)} (${known.place})`).join(" or ");
  const name = knownHostsName(hop.host, hop.port);
  const forget =
    hop.hostKey === undefined ? `remove the old key (ssh-keygen -R '${name}') and add` : `set ${hop.names.hostKey} to`;
  const line = hop.hostKey === undefined ? `${name} ${hostKeyLine(key)}` : `"${hostKeyLine(key)}"`;
  return new SiteReleaseError("host-key-wrong", {
    action: `connect to ${hopName(hop)}`,
    observed: `the host key is ${shown(key)}`,
    expected,
    done: "nothing was sent to it",
    next: `Either the host was rebuilt or something answers in its place. Only if you know that it was rebuilt, ${forget} ${line}`,
  });
}

function revokedKey(hop: Hop, revoked: KnownHost, key: HostKey): SiteReleaseError {
  return new SiteReleaseError("host-key-revoked", {
    action: `connect to ${hopName(hop)}`,
    observed: `its host key ${shown(key)} is revoked (${revoked.place})`,
    expected: "a key that is not revoked",
    done: "nothing was sent to it",
    next: "Give the host a new key, and replace the old one in known_hosts",
  });
}
