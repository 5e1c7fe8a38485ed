import { deepEqual, equal, throws } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { MAKE, UNDO } from "../../provider/siteHost/steps.ts";
import { SiteHost } from "../../provider/siteHost.ts";
import type { SiteHostArgs } from "../../provider/siteHostArgs.ts";
import { ROOT } from "../support/paths.ts";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const registered: Registered[] = [];
const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
const ARGS: SiteHostArgs = {
  connection: { host: "web1", hostKey: HOST_KEY },
  deployPath: "/var/www/example.com",
};

before(() =>
  pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        registered.push({ type, name, inputs });
        return { id: type.includes("SiteHost") ? undefined : "id", state: { ...inputs, stdout: "", stderr: "" } };
      },
      call: () => ({}),
    },
    "shop",
    "dev",
    false,
  ),
);

function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

async function register(args: SiteHostArgs, name = "example.com") {
  registered.length = 0;
  const host = new SiteHost(name, args);
  await known(host.serverBlock);
  const [component, ...steps] = registered;
  return { host, component, steps };
}

test("A SiteHost is a component without inputs, and each step is a command of its own, in order", async () => {
  const { component, steps } = await register(ARGS);
  deepEqual(component, { type: "pulumi-site-release:index:SiteHost", name: "example.com", inputs: {} });
  deepEqual(
    steps.map(({ type, name }) => `${type} ${name}`),
    [
      "packages",
      "deploy-user",
      "directories",
      "sudo-rights",
      "include",
      "opcache-settings",
      "opcache-endpoint",
      "keepalive",
      "server-block",
    ].map((step) => `command:remote:Command example.com-${step}`),
  );
});

test("Only what is safe to take back has a delete, and is another thing under another name", async () => {
  const { steps } = await register(ARGS);
  const undone = steps.filter(({ inputs }) => inputs.delete !== undefined);
  deepEqual(
    undone.map(({ name, inputs }) => [name, inputs.delete, inputs.triggers]),
    ["sudo-rights", "opcache-settings", "opcache-endpoint", "keepalive", "server-block"].map((step) => [
      `example.com-${step}`,
      UNDO,
      ["example.com"],
    ]),
  );
  deepEqual([...new Set(steps.map(({ inputs }) => `${inputs.create} ${inputs.update}`))], [`${MAKE} undefined`]);
});

test("What is not wanted is no resource, and its output is empty", async () => {
  const { host, steps } = await register({
    ...ARGS,
    manageServerBlock: false,
    opcacheEndpoint: false,
    opcacheSettings: false,
    poolAccess: false,
  });
  deepEqual(
    steps.map(({ name }) => name),
    ["packages", "deploy-user", "directories", "sudo-rights", "include", "keepalive"].map((s) => `example.com-${s}`),
  );
  deepEqual(await known(pulumi.all([host.opcacheUrl, host.pools])), ["", []]);
  equal((await known(host.serverBlock)).startsWith("server {\n    listen 80;\n"), true);
});

test("By the link there is no right, no include and no reload to take care of", async () => {
  const { host, steps } = await register({ ...ARGS, strategy: "symlink", publicDir: "web" });
  deepEqual(
    steps.map(({ name }) => name),
    ["packages", "deploy-user", "directories", "opcache-settings", "opcache-endpoint", "server-block"].map(
      (step) => `example.com-${step}`,
    ),
  );
  equal(await known(host.strategy), "symlink");
  equal((await known(host.serverBlock)).includes("root /var/www/example.com/current/web;"), true);
});

test("The outputs are what a SiteRelease takes", async () => {
  const connection = { host: "web1", hostKey: HOST_KEY, user: "admin", password: "s3cret", proxy: proxy("jump") };
  const { host } = await register({ ...ARGS, connection, phpVersion: "8.3" });
  const outputs = pulumi.all([host.connection, host.deployPath, host.serverName, host.includePath, host.pools]);
  const defaults = { port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
  deepEqual(await known(outputs), [
    {
      ...{ host: "web1", hostKey: HOST_KEY, user: "deploy", ...defaults },
      proxy: { ...proxy("jump"), user: "root", ...defaults },
    },
    "/var/www/example.com",
    "example.com",
    "/var/www/example.com/root_dir.nginx.conf",
    ["/run/php/php8.3-fpm.sock"],
  ]);
  equal(await pulumi.isSecret(host.connection), true);
  equal(await pulumi.isSecret(host.deployPath), false);
});

function proxy(host: string) {
  return { host, hostKey: HOST_KEY };
}

test("The connection of a command is a secret, that of the deploy user only if it holds one", async () => {
  const { host, steps } = await register(ARGS);
  const secrets = steps.map(({ inputs }) => Object(inputs.connection)[pulumi.runtime.specialSigKey]);
  deepEqual([...new Set(secrets)], [pulumi.runtime.specialSecretSig]);
  equal(await pulumi.isSecret(host.connection), false);
});

test("What is wrong with plain inputs is said at once, in its own words", () => {
  const wrong = { ...ARGS, deployUsr: "x", phpVersion: "8" };
  throws(() => new SiteHost("example.com", wrong as SiteHostArgs), {
    message:
      'Cannot set up a host: phpVersion must be a version of PHP, as in "8.4"; "deployUsr" is not an input; did you mean deployUser?',
  });
  throws(() => new SiteHost("shop", { ...ARGS, connection: { host: "web1", hostKey: "" } }), {
    message: /^Cannot set up a host: connection\.hostKey must be a public key/,
  });
});

test("A program without a SiteHost does not load @pulumi/command", () => {
  const program = `const { SiteRelease } = require("pulumi-site-release");
    const loaded = () => Object.keys(require.cache).some((path) => path.includes("@pulumi/command"));
    console.log(typeof SiteRelease, loaded(), require("@pulumi/command") && loaded());`;
  const printed = execFileSync(process.execPath, ["-e", program], { cwd: ROOT, encoding: "utf8" });
  equal(printed, "function false true\n");
});
