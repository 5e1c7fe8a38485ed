import { isPoolAddress } from "../opcache/address.ts";
import { parseHostKey } from "../transport/hostKey.ts";
import { isPem } from "../transport/pem.ts";
import { field } from "./fields.ts";

/** A text of one line that `good` accepts. */
function text(expected: string, good: (value: string) => boolean) {
  return field(expected, (value): value is string => typeof value === "string" && good(value));
}

const SEGMENT = /^[A-Za-z0-9._@+~-]+$/;

export const flag = field("true or false", (value): value is boolean => typeof value === "boolean");

export const line = text("a text of one line", (value) => value !== "" && !/\p{Cc}/u.test(value));

/** Keys and passphrases may have several lines. */
export const secretText = text("a text", (value) => value !== "");

export const stepName = text('made of letters, digits, "_" or "-", 64 at most, the first a letter or digit', (value) =>
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(value),
);

/** Several lines are a script; what the line to the host can carry is the limit (execve(2)). */
export const command = text(
  "a command for /bin/sh, at most 32 KiB",
  (value) => value.trim() !== "" && !value.includes("\0") && Buffer.byteLength(value) <= 32 * 1024,
);

export const version = text(
  'made of letters, digits, ".", "_" or "-", 64 at most, the first a letter or digit',
  (value) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value),
);

/** A path that nginx reads as it stands: no space, quote, semicolon, brace, "$", "#" or backslash. */
export const absolutePath = text(
  'an absolute path without "." or ".." or a slash at its end, made of letters, digits and "._@+~-", which nginx takes as they are',
  (value) => value.startsWith("/") && value.slice(1).split("/").every(isPlainSegment),
);

export const publicDir = text(
  'a path inside the release without ".." made of letters, digits and "._@+~-", or "." for the release itself',
  (value) => value === "." || value.split("/").every(isPlainSegment),
);

export const sharedPath = text('a path inside the release without "." or ".." or a slash at its end', (value) =>
  value.split("/").every((segment) => segment !== "" && !isDots(segment) && !/\p{Cc}/u.test(segment)),
);

/** Git skips a pattern that ends in a lone backslash; here what protects nothing is refused. */
export const excludePattern = text(
  "a pattern as a line of .gitignore has it",
  (value) => value.trim() !== "" && !/\p{Cc}/u.test(value) && !/(^|[^\\])(\\\\)*\\$/.test(value),
);

/** What picomatch makes of it is a regular expression; a "!" would mean all else. */
export const glob = text(
  'a glob of files inside the release, as in "src/**/*.php", without "." or ".." or a leading "/" or "!"',
  (value) =>
    /^[^!/]/.test(value) &&
    !/\p{Cc}/u.test(value) &&
    value.length <= 1000 &&
    value.split("/").every((segment) => !isDots(segment)),
);

export const userName = text("a user's name", (value) => /^[A-Za-z0-9_][A-Za-z0-9._@-]*\$?$/.test(value));

export const mode = (expected: string, pattern: RegExp) => text(expected, (value) => pattern.test(value));

export const hostName = text("a host name or an IP address", (value) => /^[A-Za-z0-9._:%-]+$/.test(value));

export const serverName = text("a DNS name or an IP address", (value) => /^[A-Za-z0-9._:[\]-]+$/.test(value));

export const hostKey = text(
  'a public key as authorized_keys has it, as in "ssh-ed25519 AAAA..."',
  (value) => parseHostKey(value) !== undefined,
);

export const pool = text('the absolute path of a socket, 107 bytes at most, or "host:port"', isPoolAddress);

export const method = text('an HTTP method, as in "GET"', (value) => /^[A-Z]+$/.test(value));

export const requestPath = text('a path that starts with "/", without spaces', (value) => /^\/[!-~]*$/.test(value));

export const headerName = text("an HTTP header's name", (value) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(value));

/** What Node sends as it stands (lib/_http_common.js, checkInvalidHeaderChar). */
export const headerValue = text("an HTTP header's value: one line, without characters beyond Latin-1", (value) =>
  /^[\t\x20-\x7e\x80-\xff]+$/.test(value),
);

export const probeUrl = text(
  'an http or https URL without user, password and fragment, as in "https://www.example.com/up"',
  (value) => {
    if (!/^https?:\/\/[!-"$-~]+$/.test(value) || !URL.canParse(value)) return false;
    const { username, password } = new URL(value);
    return username === "" && password === "";
  },
);

/** A file is read where it is used. */
export const certificates = text(
  "certificates in PEM, or the path of a file with them",
  (value) => isPem(value) || (value !== "" && !/\p{Cc}/u.test(value)),
);

export const localUrl = text(
  'an http or https URL of the host itself, as in "http://127.0.0.1:8088/opcache.php"',
  // A parser of URLs drops line ends and tabs, and writes other control characters out: the text would not be what is asked.
  (value) => !/[\p{Cc} ]/u.test(value) && ["http:", "https:"].includes(URL.parse(value)?.protocol ?? ""),
);

export const pattern = text("a JavaScript regular expression", (value) => {
  try {
    return RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
});

export function number(expected: string, least: number, most: number) {
  return field(expected, (value): value is number => typeof value === "number" && value >= least && value <= most);
}

export function integer(expected: string, least: number, most: number) {
  return field(
    expected,
    (value): value is number => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

const DAY = 86_400;
export const seconds = number(`seconds, more than 0 and at most ${DAY}`, 0.001, DAY);
export const secondsOrNone = number(`seconds, 0 to ${DAY}`, 0, DAY);
export const port = integer("a port, 1 to 65535", 1, 65_535);
export const status = integer("an HTTP status, 100 to 599", 100, 599);

/** One of the values of a constant. */
export function choice<T extends string>(values: Readonly<Record<string, T>>) {
  const words = Object.values(values);
  const quoted = words.map((word) => `"${word}"`).join(" or ");
  return field(quoted, (value): value is T => words.some((word) => word === value));
}

function isPlainSegment(segment: string): boolean {
  return SEGMENT.test(segment) && !isDots(segment);
}

function isDots(segment: string): boolean {
  return segment === "." || segment === "..";
}
