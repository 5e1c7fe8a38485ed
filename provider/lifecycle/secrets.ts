import type { Properties } from "./verbs.ts";

const SECRET = new Set(["password", "privateKey", "privateKeyPassword"]);

/** Every secret value in inputs or outputs, however malformed they are. */
export function secretsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    if (SECRET.has(key) && typeof each === "string") return parts(each);
    return secretsIn(each);
  });
}

// A line of a key is a secret too; its short last line would hit innocent words.
function parts(secret: string): string[] {
  const lines = secret.split("\n").filter((line) => line.length >= 8);
  return secret === "" ? [] : [secret, ...lines];
}

/** Takes every secret of these properties out of a text. */
export function redactor(...properties: readonly Properties[]): (text: string) => string {
  const secrets = [...new Set(properties.flatMap((each) => secretsIn(each.connection)))];
  secrets.sort((one, other) => other.length - one.length); // a secret that holds another goes first
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);
}
