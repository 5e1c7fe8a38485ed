import { fallback, field, list, optional } from "../lifecycle/fields.ts";
import * as kind from "../lifecycle/kinds.ts";
import { Strategy } from "../switchArgs.ts";
import { LOGIN_NAME } from "../texts.ts";
import { parseHostKey } from "../transport/hostKey.ts";

function matching(expected: string, pattern: RegExp) {
  return field(expected, (value): value is string => typeof value === "string" && pattern.test(value));
}

const loginName = field(
  "a login name of lower-case letters, digits, and _ . - after the first, other than root",
  (value): value is string => typeof value === "string" && LOGIN_NAME.test(value) && value !== "root",
);

// With options a key could do less than a release needs; what they are worth is the person's to say, on the host.
const publicKey = field(
  'one line of authorized_keys without options, as in "ssh-ed25519 AAAA… deploy@ci"',
  (value): value is string =>
    typeof value === "string" && /^[a-z0-9@.-]+ \S+( [^\n\r]*)?$/.test(value) && parseHostKey(value) !== undefined,
);

/** The inputs of a SiteHost besides its connection. */
export const siteHostShape = {
  serverName: matching(
    "a DNS name, as in example.com (it is the resource's name unless it is given)",
    /^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$/,
  ),
  deployPath: kind.absolutePath,
  includePath: optional(kind.absolutePath),
  strategy: fallback(kind.choice(Strategy), Strategy.Include),
  publicDir: fallback(kind.publicDir, "public"),
  listen: fallback(list(kind.line), ["80", "[::]:80"]),
  phpVersion: optional(matching('a version of PHP, as in "8.4"', /^\d{1,2}\.\d{1,2}$/)),
  // apt takes a "-" at the end for the wish to remove, even behind "--".
  phpExtensions: fallback(
    list(matching("an extension of PHP, as in mbstring", /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/)),
    [],
  ),
  packages: fallback(list(matching("a package's name", /^[a-z0-9][a-z0-9.+-]*[a-z0-9.+]$/)), []),
  deployUser: fallback(loginName, "deploy"),
  authorizedKeys: fallback(list(publicKey), []),
  poolAccess: fallback(kind.flag, true),
  logAccess: optional(kind.flag),
  manageServerBlock: fallback(kind.flag, true),
  serverBlockLines: fallback(list(kind.line), []),
  opcacheEndpoint: fallback(kind.flag, true),
  opcachePort: fallback(kind.port, 9180),
  opcacheSettings: fallback(kind.flag, true),
  opcacheFiles: fallback(kind.integer("a number of files, 1 to 200000", 1, 200_000), 2000),
  opcacheReleases: fallback(kind.integer("a number of releases, 2 to 50", 2, 50), 4),
  keepaliveMinTimeout: fallback(kind.integer("seconds, 1 to 3600", 1, 3600), 10),
};
