import { execFileSync } from "node:child_process";
import type { Machine } from "./machine.ts";

// They share nothing with the package, so that they can judge it. Records end in NUL, and cat -v makes text of any byte.
const END = "^@";
const visible = "LC_ALL=C sort -z | cat -v";

/** What a directory on this machine consists of, without what lies at `except`: kinds, executable bits, names, targets of links, digests of files. */
export function contentsIn(dir: string, except?: string): string[] {
  return recordsOf(dir, contents(except));
}

/** The same of a directory on another machine. */
export async function contentsOn(machine: Machine, dir: string, except?: string): Promise<string[]> {
  return (await machine.must(`cd ${dir} && ${contents(except)}`)).split(END);
}

/** All that must stay as it is in a release that may be live: inodes, modes, owners, sizes, mtimes, names, targets, digests. */
export function everythingIn(dir: string): string[] {
  return recordsOf(dir, everything);
}

export async function everythingOn(machine: Machine, dir: string): Promise<string[]> {
  return (await machine.must(`cd ${dir} && ${everything}`)).split(END);
}

function contents(except?: string): string {
  const find = except === undefined ? "find ." : `find . -path './${except}' -prune -o`;
  const kinds = "'(' -type f -perm -100 -printf 'x %p\\0' -o -type l -printf 'l %p -> %l\\0' -o -printf '%y %p\\0' ')'";
  return `{ ${find} ${kinds}; ${find} -type f -print0 | xargs -0 -r sha256sum -z; } | ${visible}`;
}

const names = "find . -printf '%i %m %U %G %s %T@ %p %l\\0'";
const everything = `{ ${names}; find . -type f -print0 | xargs -0 -r sha256sum -z; } | ${visible}`;

function recordsOf(cwd: string, script: string): string[] {
  return execFileSync("sh", ["-c", script], { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }).split(END);
}
