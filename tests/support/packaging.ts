import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cachePlace, madeBy } from "./cache.ts";
import { must } from "./command.ts";
import { tarball } from "./packed.ts";
import { codeIn } from "./pages.ts";
import { ROOT } from "./paths.ts";

// From npm's registry, and pinned: what changes by itself are only the packages that ours and Pulumi depend on.
const versions = {
  pnpm: "pnpm@12.21.0",
  yarn1: "npm:yarn@1.22.22",
  yarn4: "npm:@yarnpkg/cli-dist@4.18.1",
  node22: `npm:node-linux-${process.arch}@22.23.3`,
  node26: `npm:node-linux-${process.arch}@26.10.0`,
};

const home = cachePlace(`packaging-${madeBy(JSON.stringify(versions))}`);
const within = (path: string): string => join(home, "node_modules", path);

/** Whether the package managers and the versions of Node that the package is tried with are there. */
export function isThere(): boolean {
  return existsSync(home);
}

/** Installs them under a temporary name, so that an install that was cut leaves nothing that looks whole. */
export function install(): void {
  const unfinished = `${home}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const wanted = Object.entries(versions).map(([name, version]) =>
      version.startsWith("npm:") ? `${name}@${version}` : version,
    );
    must("npm", "install", "--prefix", unfinished, "--ignore-scripts", "--no-audit", "--no-fund", ...wanted);
    if (!isThere()) renameSync(unfinished, home);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The directory of a Node, to be put on PATH. */
export const nodes = {
  "22": within("node22/bin"),
  "24": dirname(process.execPath), // the project's own
  "26": within("node26/bin"),
} as const;

/** How each package manager installs what a package.json names. */
export const managers = {
  // npm asks before it runs a package's install script only since version 11.
  npm: ["npm", "install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"],
  // It has a store on each disk, which it leaves there unless another place is named.
  pnpm: [
    "node",
    within("pnpm/bin/pnpm.mjs"),
    "install",
    "--prefer-offline",
    "--no-frozen-lockfile",
    "--store-dir=../pnpm-store",
  ],
  "yarn 4": ["node", within("yarn4/bin/yarn.js"), "install", "--no-immutable"],
  "yarn 1": ["node", within("yarn1/bin/yarn.js"), "install", "--ignore-scripts", "--prefer-offline"],
} as const;

/** Makes a directory a project with the packed package, Pulumi and the compiler in it, by a package manager, from the registry. */
export function installBy(manager: keyof typeof managers, dir: string): object {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const pinned = ["@pulumi/pulumi", "typescript"].map((name) => [name, devDependencies[name]]);
  const dependencies = { ...Object.fromEntries(pinned), "pulumi-site-release": `file:${tarball()}` };
  const project = { name: "project", private: true, dependencies };
  writeFileSync(join(dir, "package.json"), JSON.stringify(project));
  // The settings are those that people are told to make.
  for (const settings of codeIn({ text: readFileSync(join(ROOT, "docs/install.md"), "utf8") }, "yaml"))
    writeFileSync(join(dir, /^# (\S+)$/m.exec(settings)?.[1] ?? ""), settings);
  must("env", "-C", dir, ...managers[manager]);
  return project;
}
