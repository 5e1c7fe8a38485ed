import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "../paths.ts";

/** What runs `remote.Command`: the plugin of `@pulumi/command` where set-up could install it, else the stand-in beside this file. */
export interface CommandPlugin {
  /** For the names of tests, so that each report says what they ran by. */
  readonly name: string;
  /** The directory to be put on PATH. */
  readonly dir: string;
}

export function commandPlugin(): CommandPlugin {
  const dirs = (process.env.PATH ?? "").split(delimiter);
  const real = dirs.find((dir) => existsSync(join(dir, "pulumi-resource-command")));
  return real === undefined
    ? { name: "a stand-in for @pulumi/command's plugin", dir: join(ROOT, "tests/support/commandPlugin") }
    : { name: "@pulumi/command's own plugin", dir: real };
}
