import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A shell by name: what starts it, up to the command's text. */
export interface Shell {
  readonly name: string;
  readonly argv: readonly string[];
  /** Why it cannot be tried here; false when it can. */
  readonly missing: string | false;
}

function shell(name: string, program: string, ...rest: string[]): Shell {
  const found = program.includes("/")
    ? existsSync(program)
    : spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status === 0;
  return { name, argv: [program, ...rest, "-c"], missing: found ? false : `${program} is not installed` };
}

/** bash as it behaves when it is /bin/sh. */
function bashAsSh(): Shell {
  const bash = shell("bash", "bash");
  if (bash.missing !== false) return { ...bash, name: "bash as sh" };
  const dir = mkdtempSync(join(tmpdir(), "site-release-sh-"));
  chmodSync(dir, 0o755); // others run it too
  process.once("exit", () => rmSync(dir, { recursive: true }));
  const link = join(dir, "sh");
  symlinkSync(execFileSync("sh", ["-c", "command -v bash"], { encoding: "utf8" }).trim(), link);
  return shell("bash as sh", link);
}

/** What a host may have as /bin/sh. */
export const posixShells: readonly Shell[] = [shell("dash", "dash"), bashAsSh(), shell("BusyBox sh", "busybox", "sh")];

/** What a user may have as login shell besides. */
export const loginShells: readonly Shell[] = [
  ...posixShells,
  shell("bash", "bash"),
  shell("zsh", "zsh"),
  shell("fish", "fish"),
  shell("tcsh", "tcsh"),
];
