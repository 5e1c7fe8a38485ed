import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";

/** Whom the sandbox runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

// Servers that root starts run as an account of their own. An account that every Debian has (nobody, www-data) would do for nginx
// and php-fpm, but sshd runs a command by the account's login shell, and theirs refuses; sshd has no setting for another.
/** The account that the sandbox uses when root starts it; set-up makes it once. */
export const sandboxAccount = "site-release-sandbox";

export function accountHere(): Account {
  const { username, uid, gid } = userInfo();
  return uid === 0 ? account(sandboxAccount) : { name: username, uid, gid };
}

function account(name: string): Account {
  const [uid, gid] = ["--user", "--group"].map((what) => {
    const { status, stdout } = spawnSync("id", [what, name], { encoding: "utf8" });
    if (status !== 0) throw new Error(`no account ${name}; npm run demo and npm test make it`);
    return Number(stdout);
  });
  if (uid === undefined || gid === undefined) throw new Error(`no account ${name}`);
  return { name, uid, gid };
}

/** The words that start a command as that account, and end it with this process even if nothing else can (Linux). */
export function startedAs({ uid, gid }: Account): string[] {
  if (process.platform !== "linux") return [];
  const become = process.getuid?.() === 0 ? [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"] : [];
  return ["setpriv", ...become, "--pdeathsig", "TERM", "--"];
}
