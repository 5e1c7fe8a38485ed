import type { Connection } from "../../provider/transport/connection.ts";
import type { Sandbox } from "../../tests/support/sandbox.ts";
import { type Project, Stack } from "../../tests/support/stack.ts";

// What every program of a user's begins with.
const reading = `import { Config } from "@pulumi/pulumi";

const version = new Config().require("version");
`;

/** A program with nothing in it. */
export function emptyProgram(): Stack {
  return stackOf("export {};\n");
}

/** A program that reads its version, and has no resource. */
export function settingProgram(): Stack {
  return stackOf(`${reading}export const live = version;\n`);
}

/** A program with one dynamic resource that does nothing but remember the version, as Pulumi's own documentation has them. */
export function dynamicProgram(): Stack {
  return stackOf(`import * as pulumi from "@pulumi/pulumi";
${reading}
const provider: pulumi.dynamic.ResourceProvider = {
  async create(inputs) {
    return { id: "one", outs: inputs };
  },
  async update(id, olds, news) {
    return { outs: news };
  },
};
class Remembered extends pulumi.dynamic.Resource {}
new Remembered(provider, "one", { version });
export const live = version;
`);
}

/** The README's program for a sandbox; its builds are in builds/, by version. */
export function siteProgram(
  { serverName, deployPath, pool, nginx, httpPort }: Sandbox,
  connection: Connection | undefined,
): Stack {
  return stackOf(`import { SiteRelease } from "pulumi-site-release";
${reading}
const site = new SiteRelease(${JSON.stringify(serverName)}, {
  connection: ${JSON.stringify(connection)},
  deployPath: ${JSON.stringify(deployPath)},
  version,
  source: \`./builds/\${version}\`,
  pools: [${JSON.stringify(pool)}],
  nginx: ${JSON.stringify(nginx)},
  probe: { port: ${httpPort} },
});
export const live = site.liveVersion;
export const report = site.report;
`);
}

/** The project that the README has a user make: the program is index.ts, and Pulumi finds and compiles it by itself. */
function stackOf(program: string): Stack {
  const packages = ["pulumi-site-release", "@pulumi/pulumi", "typescript"].map((name) => [name, "*"]);
  const project: Project = {
    "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
    "package.json": JSON.stringify({ name: "shop", dependencies: Object.fromEntries(packages) }),
    "index.ts": program,
  };
  return new Stack("prod", project);
}
