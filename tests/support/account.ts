import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";

/** The account that test servers run as: www-data when started as root, since none of them likes to serve as root. */
export interface Account {
  readonly name: string;
  /** Absent: the account is this process's own. */
  readonly uid: number | undefined;
  readonly gid: number;
  /** The words before a command that make it run as the account. */
  readonly drop: readonly string[];
}

function number(flag: string): number {
  return Number(execFileSync("id", [flag, "www-data"], { encoding: "utf8" }));
}

export const serving: Account =
  process.getuid?.() === 0
    ? {
        name: "www-data",
        uid: number("-u"),
        gid: number("-g"),
        drop: ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--"],
      }
    : { name: userInfo().username, uid: undefined, gid: process.getgid?.() ?? 0, drop: [] };
