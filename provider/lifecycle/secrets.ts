import { isObject } from "./state.ts";
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

// What a site answers may quote its request. A short value would hit innocent words; of "Bearer abc" the second word is the secret.
const SHORTEST_VALUE = 8;
/** The headers for opcache's endpoint are secrets, each of them: one may be what keeps others from it. */
const SHORTEST_OF_OPCACHE = 4;

function headerValues({ probe, smoke, opcache }: Properties): string[] {
  return [
    ...[probe, smoke].flatMap((request) => valuesIn(request, SHORTEST_VALUE)),
    ...valuesIn(opcache, SHORTEST_OF_OPCACHE),
  ];
}

function valuesIn(request: unknown, shortest: number): string[] {
  const headers = isObject(request) && isObject(request.headers) ? Object.values(request.headers) : [];
  const words = headers.flatMap((value) => (typeof value === "string" ? [value, value.split(" ").at(-1) ?? ""] : []));
  return words.filter((word) => word.length >= shortest);
}

/** Takes every secret of these properties out of a text. */
export function redactor(...properties: readonly Properties[]): (text: string) => string {
  const values = properties.flatMap((each) => [...secretsIn(each.connection), ...headerValues(each)]);
  // Of a page's text the blanks are one each.
  const secrets = [...new Set(values.flatMap((value) => [value, value.replace(/\s+/g, " ")]))];
  secrets.sort((one, other) => other.length - one.length); // a secret that holds another goes first
  return (text) => secrets.reduce((left, secret) => begun(left.replaceAll(secret, "[secret]"), secret), text);
}

const SHORTEST_START = 4;

/** What an excerpt was cut in may be a secret, whose start is left before the ellipsis. */
function begun(text: string, secret: string): string {
  if (!text.includes("…")) return text;
  let left = text;
  for (let length = secret.length - 1; length >= SHORTEST_START; length--)
    left = left.replaceAll(`${secret.slice(0, length)}…`, "[secret]…");
  return left;
}
