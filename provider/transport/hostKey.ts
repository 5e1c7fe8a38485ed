import { createHash } from "node:crypto";

/** A host's public key. */
export interface HostKey {
  /** As in "ssh-ed25519". */
  readonly type: string;
  /** The key in SSH's wire form. */
  readonly blob: Buffer;
}

/** A key in SSH's wire form, which is a row of strings behind their lengths (RFC 4253 6.6); undefined when it is none. */
export function hostKeyFromBlob(blob: Buffer): HostKey | undefined {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length; ) {
    const end = at + 4 <= blob.length ? at + 4 + blob.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  const type = fields[0]?.toString("latin1") ?? "";
  return fields.length > 1 && /^[a-z0-9][a-z0-9@.-]+$/.test(type) ? { type, blob } : undefined;
}

/** The first key in a line of authorized_keys, of known_hosts or of a .pub file; undefined when there is none. */
export function parseHostKey(line: string): HostKey | undefined {
  const words = line.trim().split(/\s+/);
  for (const [at, type] of words.entries()) {
    const key = hostKeyFromBlob(Buffer.from(words[at + 1] ?? "", "base64"));
    if (key?.type === type) return key;
  }
  return undefined;
}

/** "ssh-ed25519 AAAA…", without a comment. */
export function hostKeyLine(key: HostKey): string {
  return `${key.type} ${key.blob.toString("base64")}`;
}

/** "SHA256:…", as `ssh-keygen -l` shows it. */
export function fingerprint(key: HostKey): string {
  return `SHA256:${createHash("sha256").update(key.blob).digest("base64").replace(/=+$/, "")}`;
}

export function sameKey(one: HostKey, other: HostKey): boolean {
  return one.blob.equals(other.blob);
}
