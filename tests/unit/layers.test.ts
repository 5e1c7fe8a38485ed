import { equal } from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { ROOT } from "../support/paths.ts";

const provider = join(ROOT, "provider");
const files = globSync("**/*.ts", { cwd: provider });

// From the bottom up: a file imports of its own layer and of those before it. Words come first: types and constants that all speak.
const LAYERS = [
  /^(errors|excerpt|pageText|site|args|connectionArgs|switchArgs|report|resourceArgs|stepArgs|siteHostArgs|progress)\.ts$/,
  /^transport\//,
  /^((release|switch|step|opcache)\/|(texts|needs|serverBlock|nginxWords)\.ts$)/,
  /^lifecycle\//,
  /^(siteHost\/|(hidden|node|providerText|resources)\.ts$)/,
  /^site(Release|Host|Fleet)\.ts$/,
  /^(index\.ts$|cli\/)/,
];

function layer(file: string): number {
  return LAYERS.findIndex((pattern) => pattern.test(file));
}

/** What a file imports, types apart when they are not wanted. */
function imports(file: string, withTypes = true): string[] {
  const found = readFileSync(join(provider, file), "utf8").matchAll(
    /^(?:im|ex)port (type )?[^;"]*?from "([^"]+)"|\bimport\("([^"]+)"\)|\brequire(?:\.resolve)?\("([^"]+)"\)/gm,
  );
  return [...found].filter(([, type]) => withTypes || type === undefined).map(([, , a, b, c]) => a ?? b ?? c ?? "");
}

test("Every file belongs to a layer", () => {
  equal(files.filter((file) => layer(file) === -1).join(), "");
});

test("Imports only go downwards", () => {
  const upward = files.flatMap((file) =>
    imports(file)
      .filter((name) => name.startsWith("."))
      .map((name) => relative(provider, join(provider, dirname(file), name)))
      .filter((target) => layer(target) > layer(file))
      .map((target) => `${file} -> ${target}`),
  );
  equal(upward.join("\n"), "");
});

test("ssh2 is imported in one file", () => {
  const users = files.filter((file) => imports(file).some((name) => /^ssh2(\/|$)/.test(name)));
  equal(users.filter((file) => file !== "transport/ssh.ts").join(), "");
});

test("Pulumi is loaded only where resources are made and progress is told", () => {
  const users = files.filter((file) => imports(file, false).some((name) => name.startsWith("@pulumi/")));
  equal(users.filter((file) => !/^(hidden|resources|progress|site(Release|Host|Fleet))\.ts$/.test(file)).join(), "");
});

test("The command line stands aside: it knows nothing of Pulumi's side, and nothing knows it", () => {
  const targets = files.flatMap((file) =>
    imports(file)
      .filter((name) => name.startsWith("."))
      .map((name) => [file, relative(provider, join(provider, dirname(file), name))] as const),
  );
  const others = targets.filter(([file, target]) => !file.startsWith("cli/") && target.startsWith("cli/"));
  const beyond = targets.filter(
    ([file, target]) =>
      file.startsWith("cli/") && !/^((cli|switch|release|transport)\/|(errors|excerpt|site)\.ts$)/.test(target),
  );
  equal([...others, ...beyond].map(([file, target]) => `${file} -> ${target}`).join("\n"), "");
});
