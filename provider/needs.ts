import { LOGIN_NAME, sudoersFor } from "./texts.ts";
import { FORWARDING_ADVICE } from "./transport/forwarding.ts";

/**
 * Something that a host has or allows, and not every host does. The errors of the package and docs/host.md both take their words from
 * here: what is told where it is missing is what the table says.
 */
export interface Need<Words extends readonly string[] = readonly string[]> {
  /** The right or the tool. */
  readonly what: string;
  readonly feature: string;
  /** What happens where it is missing. */
  readonly without: string;
  /** What gives it, as the end of an error; its words are whom or what it is about. */
  grant(...words: Words): string;
  /** Words for the table. */
  readonly example: Words;
}

function need<const Words extends readonly string[]>(
  what: string,
  { feature, without, grant, example }: Omit<Need<Words>, "what">,
): Need<Words> {
  return { what, feature, without, grant, example };
}

const REFUSED = "refused before anything is touched";
const GROUP = "or, where several logins share the site: chmod g+w";

export const needs = {
  tool: need("sh, coreutils, findutils, util-linux, tar, gzip", {
    feature: "everything",
    without: REFUSED,
    grant: (tool: string) => `As root, on Debian: apt-get install ${packageOf(tool)}`,
    example: ["flock"],
  }),
  deployPath: need("deployPath, of the login's own", {
    feature: "everything",
    without: REFUSED,
    grant: (user: string, path: string) => `As root: install -d -o ${user} -m 0755 ${path}`,
    example: ["deploy", "/var/www/example.com"],
  }),
  ownPlace: need("what lies in deployPath, writable", {
    feature: "everything",
    without: REFUSED,
    grant: (user: string, path: string) => `As root: chown ${user} ${path}; ${GROUP} ${path}`,
    example: ["deploy", "/var/www/example.com/releases"],
  }),
  includeDir: need("the include's directory, writable", {
    feature: "the switch",
    without: "the switch is refused; the release is on the host",
    grant: (user: string) =>
      `Give ${user} that directory, or set \`includePath\` to a place of theirs and name it in the server block`,
    example: ["deploy"],
  }),
  sudo: need("sudo rights for `nginx -t` and the reload", {
    feature: "the switch",
    without: "the switch is refused; nothing has changed",
    grant: (user: string) =>
      `Put these lines into /etc/sudoers.d/site-release (visudo -f keeps its mode right):\n${sudoersFor({ user: LOGIN_NAME.test(user) ? user : "deploy" }).trim()}`,
    example: ["deploy"],
  }),
  passable: need("the release, readable for nginx's worker", {
    feature: "the switch",
    without: "the switch is refused; nothing has changed",
    grant: (path: string) => `Let others read it, as in "chmod o+rx ${path}"`,
    example: ["/var/www"],
  }),
  pidFile: need("nginx's pid file, with the master's pid", {
    feature: "the reload: Debian's unit and nginx.org's reload by it",
    without: "the switch is taken back",
    grant: (path: string, master: string) =>
      `${path} does not name nginx's master, and a reload needs that. As root: echo ${master} >${path}`,
    example: ["/run/nginx.pid", "4711"],
  }),
  setfacl: need("setfacl", {
    feature: '`writableDirs` with `writableMode: "acl"`',
    without: REFUSED,
    grant: () => 'As root: apt-get install acl; or set writableMode to an octal mode, as in "0775"',
    example: [],
  }),
  socket: need("php-fpm's socket, writable", {
    feature: "smoke, and opcache by FastCGI",
    without: "the release is not tried before the switch, opcache is left alone; each switch says so",
    grant: (group: string, user: string) =>
      `Run as root: usermod --append --groups ${group} ${user} (it holds from the next login on)`,
    example: ["www-data", "deploy"],
  }),
  socketAcl: need("the same, where no group may write it", {
    feature: "smoke, and opcache by FastCGI",
    without: "the same",
    grant: (owner: string, user: string) =>
      `Set in the pool: listen.acl_users = ${owner},${user} (and restart php-fpm)`,
    example: ["www-data", "deploy"],
  }),
  forwarding: need("sshd's forwarding, or else perl, python3 or php-cli", {
    feature: "probe, smoke, and opcache by FastCGI",
    without: "the probe fails, and the switch is taken back; `probe.url` needs neither",
    grant: () => FORWARDING_ADVICE,
    example: [],
  }),
  errorLog: need("nginx's error log, readable", {
    feature: "its last lines in the error of a failed switch",
    without: "the error says how root sees them",
    grant: (group: string, user: string) =>
      `"usermod --append --groups ${group} ${user}"${group === "adm" ? ", or a SiteHost's logAccess," : ""} lets the next error show it`,
    example: ["adm", "deploy"],
  }),
  zstd: need("zstd", {
    feature: "smaller uploads over slow links",
    without: "gzip packs them",
    grant: () => "As root: apt-get install zstd",
    example: [],
  }),
  processes: need("nginx's processes, visible (no hidepid=2 on /proc)", {
    feature: "finding pending edits, and seeing old workers end",
    without: "systemd's list of the unit's processes stands in; both are reported as not seen",
    grant: (user: string, group: string) =>
      `As root: usermod --append --groups ${group} ${user}, where ${group} is the group of the mount's gid=`,
    example: ["deploy", "proc"],
  }),
  systemd: need("systemd", {
    feature: "finding nginx's master past a stale, empty or missing pid file",
    without: "the reload is `nginx -s reload`, and the pid file must be right",
    grant: () => "Set `nginx.test`, `nginx.reload` and `nginx.pidFile` to what the host has",
    example: [],
  }),
} as const;

/** What to do next, by a script that ended without its work (host/places.sh): in its own words, or as what it lacks is given. */
export function nextOf(facts: ReadonlyMap<string, string>): string | undefined {
  const [name = "", ...words] = facts.get("lack")?.split(" ") ?? [];
  const lacking = Object.hasOwn(needs, name) ? needs[name as keyof typeof needs] : undefined;
  const grant = lacking?.grant as ((...words: readonly string[]) => string) | undefined;
  return facts.get("next") ?? grant?.(...words);
}

function packageOf(tool: string): string {
  const packages: ReadonlyMap<string, string> = new Map([
    ["flock", "util-linux"],
    ["setsid", "util-linux"],
    ["nginx", "nginx-light"],
    ["find", "findutils"],
    ["xargs", "findutils"],
    ["tar", "tar"],
    ["gzip", "gzip"],
    ["grep", "grep"],
    ["sed", "sed"],
  ]);
  return packages.get(tool) ?? "coreutils";
}
