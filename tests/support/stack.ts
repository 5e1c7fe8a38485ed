import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Result, run } from "./command.ts";
import { atEnd } from "./ending.ts";

/** What a program would write for the component, without Outputs. */
export type PlainArgs = Record<string, unknown>;

export interface Outputs {
  readonly live?: string;
  readonly previous?: string;
  readonly rootDir?: string;
  readonly report?: Record<string, Record<string, unknown>>;
}

const repository = dirname(require.resolve("pulumi-site-release/package.json"));

// The program that a user would write, with its args in a file so that a test can change them between two commands.
const program = `
const { SiteRelease } = require("pulumi-site-release");
const sites = JSON.parse(require("node:fs").readFileSync("sites.json", "utf8"));
for (const { name, args, opts } of sites) {
  const site = new SiteRelease(name, args, opts);
  exports.live = site.liveVersion;
  exports.previous = site.previousVersion;
  exports.rootDir = site.rootDir;
  exports.report = site.report;
}
`;

/** One Pulumi project with one stack on a file backend, driven by the real command line. */
export class Stack {
  readonly dir: string;
  readonly name: string;
  readonly #undo: () => void;

  constructor(name = "test") {
    this.name = name;
    this.dir = mkdtempSync(join(tmpdir(), "pulumi-stack-"));
    this.#undo = atEnd(() => rmSync(this.dir, { recursive: true, force: true }));
    writeFileSync(join(this.dir, "Pulumi.yaml"), "name: site\nruntime: nodejs\nmain: index.js\n");
    writeFileSync(join(this.dir, "package.json"), "{}\n");
    writeFileSync(join(this.dir, "index.js"), program);
    for (const sub of ["state", "home", "node_modules/@pulumi"]) mkdirSync(join(this.dir, sub), { recursive: true });
    symlinkSync(repository, join(this.dir, "node_modules/pulumi-site-release"));
    symlinkSync(join(repository, "node_modules/@pulumi/pulumi"), join(this.dir, "node_modules/@pulumi/pulumi"));
  }

  /** Sets what the program declares: one component, or several with other names. */
  declare(args: PlainArgs, name = "example.com", opts: object = {}): void {
    this.declareAll([{ name, args, opts }]);
  }

  declareAll(sites: readonly { name: string; args: PlainArgs; opts?: object }[]): void {
    writeFileSync(join(this.dir, "sites.json"), JSON.stringify(sites));
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
    return this.#run([...args, "--stack", this.name]);
  }

  close(): void {
    this.#undo();
  }

  #initialised: Promise<Result> | undefined;

  #init(): Promise<Result> {
    this.#initialised ??= this.#run(["stack", "init", this.name]);
    return this.#initialised;
  }

  #run(args: readonly string[]): Promise<Result> {
    const env = {
      PULUMI_BACKEND_URL: `file://${join(this.dir, "state")}`,
      PULUMI_HOME: join(this.dir, "home"),
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
      NO_COLOR: "1",
    };
    const words = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    return run("env", ["-C", this.dir, ...words, "pulumi", ...args, "--non-interactive", "--color", "never"]);
  }
}
