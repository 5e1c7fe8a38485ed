import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Result, type Running, start } from "./command.ts";

export interface Outputs {
  readonly live?: string;
  readonly previous?: string;
  readonly rootDir?: string;
  readonly report?: Record<string, Record<string, unknown>>;
}

/** What a process finds in its environment. */
export type Environment = Readonly<Record<string, string>>;

/** The environment of a person who keeps Pulumi's state, and all else that is Pulumi's, in a directory. */
export function pulumiEnvironment(place: string): Environment {
  for (const sub of ["state", "home", "tmp"]) mkdirSync(join(place, sub), { recursive: true });
  return {
    PULUMI_BACKEND_URL: `file://${join(place, "state")}`,
    PULUMI_HOME: join(place, "home"),
    PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
    XDG_CACHE_HOME: join(place, "cache"),
    TMPDIR: join(place, "tmp"), // Pulumi leaves pipes behind where it is interrupted
    GOGC: "400", // the collection of little garbage takes a fifth of a short command
    NO_COLOR: "1",
  };
}

/** Starts a command in a directory, with such an environment. */
export function startIn(dir: string, env: Environment, ...command: readonly string[]): Running {
  const words = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  return start("env", ["-C", dir, ...words, ...command]);
}

/** One stack of the project in a directory, driven by the real command line. */
export class PulumiStack {
  readonly name: string;
  readonly dir: string;
  readonly #env: Environment;

  constructor(name: string, dir: string, env: Environment) {
    this.name = name;
    this.dir = dir;
    this.#env = env;
  }

  /** Sets what the program asks of its configuration. */
  async configure(values: Readonly<Record<string, string>>, kind: "plaintext" | "secret" = "plaintext"): Promise<void> {
    const words = Object.entries(values).flatMap(([key, value]) => [`--${kind}`, `${key}=${value}`]);
    const { code, stdout, stderr } = await this.pulumi("config", "set-all", ...words);
    if (code !== 0) throw new Error(`pulumi config set-all: exit code ${code}: ${stdout}${stderr}`);
  }

  up(...flags: string[]): Promise<Result> {
    return this.pulumi("up", "--yes", "--skip-preview", ...flags);
  }

  /** The preview as a person reads it. */
  async preview(...flags: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.pulumi("preview", "--diff", ...flags);
    if (code !== 0) throw new Error(`pulumi preview: exit code ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  refresh(...flags: string[]): Promise<Result> {
    return this.pulumi("refresh", "--yes", "--skip-preview", "--diff", ...flags);
  }

  destroy(...flags: string[]): Promise<Result> {
    return this.pulumi("destroy", "--yes", "--skip-preview", ...flags);
  }

  async outputs(): Promise<Outputs> {
    const { stdout } = await this.pulumi("stack", "output", "--json", "--show-secrets");
    return JSON.parse(stdout);
  }

  /** The state as it lies on disk: what must hold no secret. */
  async state(): Promise<string> {
    return (await this.pulumi("stack", "export")).stdout;
  }

  /** Any command of Pulumi's in this project. */
  async pulumi(...args: string[]): Promise<Result> {
    await this.#init();
    return this.#start([...args, "--stack", this.name]).ended;
  }

  /** The same, which a test can interrupt: the process is Pulumi's own. */
  async begin(...args: string[]): Promise<Running> {
    await this.#init();
    return this.#start([...args, "--stack", this.name]);
  }

  #initialised: Promise<Result> | undefined;

  #init(): Promise<Result> {
    this.#initialised ??= this.#start(["stack", "init", this.name]).ended;
    return this.#initialised;
  }

  #start(args: readonly string[]): Running {
    return startIn(this.dir, this.#env, "pulumi", ...args, "--non-interactive", "--color", "never");
  }
}
