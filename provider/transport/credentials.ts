import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { SiteReleaseError } from "../errors.ts";
import { type Hop, hopName } from "./connection.ts";

/** One thing to log in with; `source` names it in messages without saying what it is. */
export type Credential<Key> = { readonly source: string } & (
  | { readonly kind: "key"; readonly key: Key }
  | { readonly kind: "agent"; readonly socket: string }
  | { readonly kind: "password"; readonly password: string }
);

/** Reads the text of a private key; an Error says why it cannot. */
export type KeyParser<Key> = (text: string, passphrase: string | undefined) => Key | Error;

const DEFAULT_KEYS = ["id_ed25519", "id_ecdsa", "id_rsa"];

/**
 * What a host is offered, in this order. What the inputs name is all that is offered; if they name nothing, the agent and the
 * key files that OpenSSH takes by default are.
 */
export function findCredentials<Key>(hop: Hop, parse: KeyParser<Key>): Credential<Key>[] {
  const named = [...namedKeys(hop, parse), ...namedAgent(hop), ...namedPassword(hop)];
  const found = named.length > 0 ? named : [...defaultAgent(), ...defaultKeys(hop, parse)];
  if (found.length === 0)
    throw unusable(hop, "there is nothing to log in with: no agent (SSH_AUTH_SOCK), no key file without a passphrase", {
      expected: `an agent, ~/.ssh/${DEFAULT_KEYS.join(" or ")}, or ${hop.names.privateKeyPath}`,
      next: "Start an agent and add the key (ssh-add), or name the key file",
    });
  return found;
}

function namedKeys<Key>(hop: Hop, parse: KeyParser<Key>): Credential<Key>[] {
  const found: Credential<Key>[] = [];
  if (hop.privateKey !== undefined) {
    const source = hop.names.privateKey;
    found.push({ kind: "key", source, key: readKey(hop, parse, source, hop.privateKey) });
  }
  if (hop.privateKeyPath !== undefined) {
    const source = `${hop.names.privateKeyPath} ${hop.privateKeyPath}`;
    found.push({ kind: "key", source, key: readKey(hop, parse, source, readKeyFile(hop, hop.privateKeyPath)) });
  }
  return found;
}

function namedAgent(hop: Hop): Credential<never>[] {
  return hop.agentSocketPath === undefined
    ? []
    : [{ kind: "agent", source: `the agent at ${hop.agentSocketPath}`, socket: hop.agentSocketPath }];
}

function namedPassword(hop: Hop): Credential<never>[] {
  return hop.password === undefined ? [] : [{ kind: "password", source: hop.names.password, password: hop.password }];
}

function defaultAgent(): Credential<never>[] {
  const socket = process.env.SSH_AUTH_SOCK;
  return socket === undefined || socket === "" ? [] : [{ kind: "agent", source: "the agent of SSH_AUTH_SOCK", socket }];
}

function defaultKeys<Key>(hop: Hop, parse: KeyParser<Key>): Credential<Key>[] {
  return DEFAULT_KEYS.flatMap((name): Credential<Key>[] => {
    const path = join(homedir(), ".ssh", name);
    if (!existsSync(path)) return [];
    // A key with a passphrase is passed over, as OpenSSH does where nobody can be asked: the agent may hold it.
    const key = parse(readFileSync(path, "utf8"), hop.privateKeyPassword);
    return key instanceof Error ? [] : [{ kind: "key", source: `~/.ssh/${name}`, key }];
  });
}

function readKeyFile(hop: Hop, path: string): string {
  const absolute = resolve(path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path);
  try {
    return readFileSync(absolute, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const observed = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw unusable(hop, `${hop.names.privateKeyPath} ${absolute} ${observed}`, {
      expected: "the file of a private key",
    });
  }
}

function readKey<Key>(hop: Hop, parse: KeyParser<Key>, source: string, text: string): Key {
  // Configuration stores often cut the last line end off, or bring Windows' line ends.
  const clean = `${text.replaceAll("\r\n", "\n").trim()}\n`;
  const key = parse(clean, hop.privateKeyPassword);
  if (!(key instanceof Error)) return key;
  throw unusable(hop, `${source} ${keyProblem(parse, clean, hop.privateKeyPassword)}`, keyAdvice(clean, hop));
}

function keyProblem<Key>(parse: KeyParser<Key>, text: string, passphrase: string | undefined): string {
  const bare = parse(text, undefined);
  const locked = bare instanceof Error && /passphrase/.test(bare.message);
  if (locked)
    return passphrase === undefined ? "needs a passphrase" : "does not open with the passphrase that was given";
  if (/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) return "is in PKCS#8 form";
  if (/^(ssh-|ecdsa-|sk-)/.test(text) || text.startsWith("-----BEGIN PUBLIC")) return "is a public key";
  return "is not a private key that can be read";
}

function keyAdvice(text: string, hop: Hop): { readonly expected: string; readonly next: string } {
  const expected = "a private key as ssh-keygen writes it";
  if (/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text))
    return { expected, next: "Take privateKeyOpenssh of @pulumi/tls, or convert the file with ssh-keygen -p -f FILE" };
  const { privateKeyPath, privateKeyPassword } = hop.names;
  return {
    expected,
    next:
      privateKeyPassword === undefined
        ? `Add the key to an agent (ssh-add) and leave ${privateKeyPath} out`
        : `Give the whole text of the key, and its passphrase as ${privateKeyPassword} if it has one; or add the key to an agent and leave both out`,
  };
}

function unusable(hop: Hop, observed: string, rest: { expected?: string; next?: string }): SiteReleaseError {
  return new SiteReleaseError("credential-unusable", { action: `connect to ${hopName(hop)}`, observed, ...rest });
}
