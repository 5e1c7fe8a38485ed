import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { atEnd } from "./ending.ts";
import { type Environment, PulumiStack, pulumiEnvironment } from "./pulumiStack.ts";

/** What a program would write for the component, without Outputs; `{ secret: value }` is pulumi.secret(value). */
export type PlainArgs = Record<string, unknown>;

const repository = dirname(require.resolve("pulumi-site-release/package.json"));

/** The files of a Pulumi project. */
export type Project = Readonly<Record<string, string>>;

// The program that a user would write, with its args in a file so that a test can change them between two commands.
const program = `
const pulumi = require("@pulumi/pulumi");
const { SiteRelease } = require("pulumi-site-release");
const secretly = (_, value) => (value?.secret === undefined ? value : pulumi.secret(value.secret));
const sites = JSON.parse(require("node:fs").readFileSync("sites.json", "utf8"), secretly);
for (const { name, args, opts } of sites) {
  const site = new SiteRelease(name, args, opts);
  exports.live = site.liveVersion;
  exports.previous = site.previousVersion;
  exports.rootDir = site.rootDir;
  exports.report = site.report;
}
`;

// Pulumi's compiler of TypeScript, which no program here needs, costs each command a quarter of a second.
const settings = `name: site
runtime:
  name: nodejs
  options:
    typescript: false
main: index.js
`;

/** A project whose program is the JavaScript of `text`. */
export function projectOf(text: string): Project {
  return { "Pulumi.yaml": settings, "package.json": "{}\n", "index.js": text };
}

/** One stack of a project of its own, whose program a test writes; the package is this tree. */
export class Stack extends PulumiStack {
  readonly #project: Project;
  readonly #undo: () => void;

  /** `env` is what Pulumi and its plugins find in their environment besides. */
  constructor(name = "test", project = projectOf(program), env: Environment = {}) {
    const dir = mkdtempSync(join(tmpdir(), "pulumi-stack-"));
    const undo = atEnd(() => rmSync(dir, { recursive: true, force: true }));
    super(name, dir, { ...pulumiEnvironment(dir), ...env });
    this.#undo = undo;
    this.#project = project;
    this.#write(project);
    mkdirSync(join(dir, "node_modules/@pulumi"), { recursive: true });
    symlinkSync(repository, join(dir, "node_modules/pulumi-site-release"));
    for (const name of ["@pulumi/pulumi", "typescript"])
      symlinkSync(join(repository, "node_modules", name), join(dir, "node_modules", name));
  }

  /** Sets what the program declares: one component, or several with other names. */
  declare(args: PlainArgs, name = "example.com", opts: object = {}): void {
    this.declareAll([{ name, args, opts }]);
  }

  declareAll(sites: readonly { name: string; args: PlainArgs; opts?: object }[]): void {
    writeFileSync(join(this.dir, "sites.json"), JSON.stringify(sites));
    this.#write(this.#project);
  }

  /** Makes a text the program, in place of what was declared. */
  write(program: string): void {
    this.#write(projectOf(program));
  }

  #write(project: Project): void {
    for (const [file, text] of Object.entries(project)) writeFileSync(join(this.dir, file), text);
  }

  close(): void {
    this.#undo();
  }
}
