import { createHash } from "node:crypto";

/** A host's public key. */
export interface HostKey {
  /** As in "ssh-ed25519". */
  readonly type: string;
  /** The key in SSH's wire form. */
  readonly blob: Buffer;
}

/** The key of a host in SSH's wire form; undefined when it is none. */
export function hostKeyFromBlob(blob: Buffer): HostKey | undefined {
  if (blob.length < 8) return undefined;
  const length = blob.readUInt32BE(0);
  const type = blob.toString("latin1", 4, 4 + length);
  return type.length === length && /^[a-z0-9][a-z0-9@.-]+$/.test(type) && blob.length > 4 + length
    ? { type, blob }
    : undefined;
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
