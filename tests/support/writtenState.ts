import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accountHere } from "./account.ts";
import { must } from "./command.ts";
import { ROOT } from "./paths.ts";
import type { Sandbox } from "./sandbox.ts";
import type { PlainArgs, Stack } from "./stack.ts";

/** Where the state that a version of the package wrote is kept: the stack's, and the site's on its host. */
function fixtureOf(version: string): { readonly stack: string; readonly site: string } {
  const dir = join(ROOT, "tests/fixtures/state", version);
  return { stack: join(dir, "stack.json"), site: join(dir, "site.tar") };
}

/** What differs from one sandbox to the next, and what stands for it in a fixture. */
function places(
  { dir, sshPort, httpPort, hostKey, user }: Sandbox,
  builds: string,
): readonly (readonly [string, string])[] {
  return [
    [dir, "@DIR@"],
    [builds, "@BUILDS@"],
    [`"port": ${sshPort}`, '"port": "@SSH@"'],
    [`"port": ${httpPort}`, '"port": "@HTTP@"'],
    [hostKey, "@HOSTKEY@"],
    [`"user": "${user}"`, '"user": "@USER@"'],
  ];
}

/** The program that wrote the fixtures, for the site of a sandbox; what it declares must go on meaning the same. */
export function writtenBy(sandbox: Sandbox, builds: string, version: string): PlainArgs {
  const { connection, deployPath, pool, nginx, httpPort } = sandbox;
  return {
    connection,
    deployPath,
    version,
    source: join(builds, version),
    pools: [pool],
    nginx,
    probe: { port: httpPort, path: "/index.php" },
    exclude: ["*.md"],
    sharedDirs: ["storage"],
    writableDirs: ["var"],
    writableMode: "0775",
    prepare: ["touch prepared"],
    steps: [
      { name: "migrate", when: "before", command: "echo $VERSION", onRestore: "echo back" },
      { name: "queues", when: "after", runOn: "both", command: "echo done" },
    ],
  };
}

/** Keeps what this tree has written. */
export async function keepState(version: string, sandbox: Sandbox, builds: string, stack: Stack): Promise<void> {
  const fixture = fixtureOf(version);
  mkdirSync(join(fixture.stack, ".."), { recursive: true });
  // Where this tree lies is nobody's concern.
  const state = (await stack.state()).replaceAll(`..${ROOT}/`, "../package/");
  writeFileSync(
    fixture.stack,
    places(sandbox, builds).reduce((all, [here, there]) => all.replaceAll(here, there), state),
  );
  const copy = `${sandbox.deployPath}.kept`;
  must("cp", "-a", sandbox.deployPath, copy);
  inFiles(copy, sandbox.dir, "@DIR@");
  must("tar", "-cf", fixture.site, "--owner=0", "--group=0", "--sort=name", "-C", copy, ".");
  rmSync(copy, { recursive: true });
}

/** Gives a sandbox and a stack what a version of the package has written. */
export async function bringState(version: string, sandbox: Sandbox, builds: string, stack: Stack): Promise<void> {
  const fixture = fixtureOf(version);
  must("tar", "-xf", fixture.site, "-C", sandbox.deployPath);
  inFiles(sandbox.deployPath, "@DIR@", sandbox.dir);
  const { uid, gid } = accountHere();
  if (process.getuid?.() === 0) must("chown", "--recursive", `${uid}:${gid}`, sandbox.deployPath);
  const text = places(sandbox, builds).reduce(
    (all, [here, there]) => all.replaceAll(there, here),
    readFileSync(fixture.stack, "utf8"),
  );
  const file = join(stack.dir, "brought.json");
  writeFileSync(file, text);
  const { code, stdout, stderr } = await stack.pulumi("stack", "import", "--file", file);
  if (code !== 0) throw new Error(`pulumi stack import: ${stdout}${stderr}`);
}

/** The journal and the include name the site's place; a release's files do not. */
function inFiles(deployPath: string, from: string, to: string): void {
  for (const name of ["root_dir.nginx.conf", ".site-release/journal.jsonl"]) {
    const file = join(deployPath, name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(from, to));
  }
}
