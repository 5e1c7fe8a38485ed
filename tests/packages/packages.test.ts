import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Builds } from "../support/builds.ts";
import { atEnd } from "../support/ending.ts";
import { installBy, managers, nodes } from "../support/packaging.ts";
import { PulumiStack, pulumiEnvironment } from "../support/pulumiStack.ts";
import { type Sandbox, startSandbox } from "../support/sandbox.ts";

type Manager = keyof typeof managers;
type Node = keyof typeof nodes;
type Kind = keyof typeof kinds;

const imports = 'import { SiteRelease } from "pulumi-site-release";';
const kinds = {
  TypeScript: { file: "index.ts", type: "commonjs", loads: imports, exports: "export const live =" },
  'TypeScript with "type": "module"': {
    file: "index.ts",
    type: "module",
    loads: imports,
    exports: "export const live =",
  },
  JavaScript: {
    file: "index.js",
    type: "commonjs",
    loads: 'const { SiteRelease } = require("pulumi-site-release");',
    exports: "exports.live =",
  },
  'JavaScript with "type": "module"': {
    file: "index.js",
    type: "module",
    loads: imports,
    exports: "export const live =",
  },
} as const;

// FULL=1 tries all with all. By default each Node and each package manager's newest once; most other tests have a program in plain JavaScript.
const once: readonly (readonly [Manager, Node, Kind])[] = [
  ["npm", "22", 'TypeScript with "type": "module"'],
  ["pnpm", "26", "TypeScript"],
  ["yarn 4", "24", 'JavaScript with "type": "module"'],
];
const keys = <Key extends string>(all: Record<Key, unknown>) => Object.keys(all) as Key[];
const each = keys(managers).flatMap((manager) =>
  keys(nodes).flatMap((node) => keys(kinds).map((kind) => [manager, node, kind] as const)),
);
const combinations = process.env.FULL === undefined ? once : each;

// One stack and its site go through all of them: what one has written is what the next one goes on from.
describe("the packed package", { timeout: 3_600_000 }, () => {
  let sandbox: Sandbox;
  let builds: Builds;
  let place: string;
  let remove: () => void;
  let versions = 0;
  before(async () => {
    sandbox = await startSandbox();
    builds = new Builds();
    // In memory where it can be: a disk takes longer to remove so many files than to write them.
    place = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "packages-"));
    remove = atEnd(() => rmSync(place, { recursive: true, force: true }));
  });
  after(async () => {
    remove?.();
    builds?.close();
    await sandbox?.close();
  });

  for (const manager of keys(managers).filter((manager) => combinations.some(([by]) => by === manager)))
    describe(`installed by ${manager}`, () => {
      let dir: string;
      let project: object;
      before(() => {
        dir = mkdtempSync(join(place, "project-"));
        project = installBy(manager, dir);
      });
      after(() => rmSync(dir, { recursive: true, force: true }));

      for (const [, node, kind] of combinations.filter(([by]) => by === manager))
        test(`releases by Node ${node} and a program in ${kind}`, async () => {
          versions += 1;
          const version = `${versions}`;
          const { connection, deployPath, pool, nginx, httpPort } = sandbox;
          const source = builds.make(version);
          const args = { connection, deployPath, version, source, pools: [pool], nginx, probe: { port: httpPort } };
          const { file, type, loads, exports } = kinds[kind];
          const program = `new SiteRelease("example.com", ${JSON.stringify(args)})`;
          writeFileSync(join(dir, file), `${loads}\nconst site = ${program};\n${exports} site.liveVersion;\n`);
          writeFileSync(join(dir, "package.json"), JSON.stringify({ ...project, type }));
          writeFileSync(join(dir, "Pulumi.yaml"), `name: packages\nruntime: nodejs\nmain: ${file}\n`);

          const PATH = [nodes[node], process.env.PATH].join(delimiter);
          const stack = new PulumiStack("test", dir, { ...pulumiEnvironment(place), PATH });
          const { code, stdout, stderr } = await stack.up();
          assert.equal(code, 0, stdout + stderr);
          assert.equal((await stack.outputs()).live, version);
          assert.equal(await (await fetch(`http://127.0.0.1:${httpPort}/`)).text(), `version ${version}`);
        });
    });
});
