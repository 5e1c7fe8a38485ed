import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "./command.ts";
import { atEnd } from "./ending.ts";
import { installPacked } from "./packed.ts";
import { ROOT } from "./paths.ts";
import { type Environment, PulumiStack, pulumiEnvironment, startIn } from "./pulumiStack.ts";

/** An example as a person has it who copied it out of the repository, with the packed package installed beside its program. */
export class Example {
  readonly dir: string;
  readonly #env: Environment;
  readonly #undo: () => void;

  /** `env` is what its commands find in their environment besides. */
  constructor(name: string, env: Environment = {}) {
    const place = mkdtempSync(join(tmpdir(), "example-"));
    this.#undo = atEnd(() => rmSync(place, { recursive: true, force: true }));
    this.#env = { ...pulumiEnvironment(place), ...env };
    this.dir = join(place, name);
    cpSync(join(ROOT, "examples", name), this.dir, { recursive: true });
    // What npm 11 makes of a directory, without the main that Pulumi would run in place of index.ts.
    writeFileSync(join(this.dir, "package.json"), `${JSON.stringify({ name, version: "1.0.0", type: "commonjs" })}\n`);
    installPacked(this.dir);
  }

  /** A stack of its project, or of the one in a directory of it; all are on one backend. */
  stack(name = "prod", project = "."): PulumiStack {
    return new PulumiStack(name, join(this.dir, project), this.#env);
  }

  /** Runs a command of its README's. */
  run(...command: readonly string[]): Promise<Result> {
    return startIn(this.dir, this.#env, ...command).ended;
  }

  close(): void {
    this.#undo();
  }
}
