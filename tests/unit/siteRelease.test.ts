import { deepEqual, equal } from "node:assert/strict";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { SiteReleaseArgs } from "../../provider/args.ts";
import { SiteRelease } from "../../provider/siteRelease.ts";
import type { SiteStepArgs } from "../../provider/stepArgs.ts";
import { resourcesOf } from "../support/apply.ts";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const registered: Registered[] = [];
const COMPONENT = "urn:pulumi:dev::shop::pulumi-site-release:index:SiteRelease::example.com";
const CHILDREN =
  "urn:pulumi:dev::shop::pulumi-site-release:index:SiteRelease$pulumi-nodejs:dynamic/pulumi-site-release";

before(() =>
  pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        registered.push({ type, name, inputs });
        const state = { ...inputs, rootDir: "/srv/releases/42/public", liveVersion: inputs.version, report: { type } };
        return { id: type === "pulumi-site-release:index:SiteRelease" ? undefined : "id", state };
      },
      call: () => ({}),
    },
    "shop",
    "dev",
    false,
  ),
);

async function register(args: SiteReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
  registered.length = 0;
  const site = new SiteRelease("example.com", args, opts);
  const outputs = pulumi.all([site.urn, site.release.urn, site.switch.urn, site.liveVersion, site.rootDir]);
  const report = await new Promise<unknown>((resolve) => site.report.apply(resolve));
  const seen = await new Promise<string[]>((resolve) => outputs.apply(resolve));
  const [component, release, traffic] = registered;
  return { component, release, traffic, seen, report };
}

const ARGS: SiteReleaseArgs = {
  connection: { host: "web1", user: "deploy", password: "s3cret", proxy: { host: "jump", privateKey: "KEY" } },
  deployPath: "/srv",
  version: "42",
  source: "./builds/42",
  probe: { path: "/up" },
};

test("A SiteRelease is a component without inputs, with a Release and a Switch of its own name", async () => {
  const { component, release, traffic, seen } = await register(ARGS);

  deepEqual(component, { type: "pulumi-site-release:index:SiteRelease", name: "example.com", inputs: {} });
  equal(release?.type, "pulumi-nodejs:dynamic/pulumi-site-release:Release");
  equal(release?.name, "example.com");
  equal(traffic?.type, "pulumi-nodejs:dynamic/pulumi-site-release:Switch");
  equal(traffic?.name, "example.com");
  equal(registered.length, 3);
  deepEqual(seen, [
    COMPONENT,
    `${CHILDREN}:Release::example.com`,
    `${CHILDREN}:Switch::example.com`,
    "42",
    "/srv/releases/42/public",
  ]);
});

test("Each child gets its own inputs, its own URN, and the secrets of the connection as secrets", async () => {
  const { release, traffic } = await register(ARGS);
  const { __provider: _r, connection: releaseConnection, ...releaseInputs } = release?.inputs ?? {};
  const { __provider: _s, connection: switchConnection, ...switchInputs } = traffic?.inputs ?? {};

  deepEqual(releaseInputs, {
    deployPath: "/srv",
    version: "42",
    source: "./builds/42",
    __urn: `${CHILDREN}:Release::example.com`,
  });
  deepEqual(switchInputs, {
    deployPath: "/srv",
    version: "42",
    probe: { path: "/up" },
    __urn: `${CHILDREN}:Switch::example.com`,
  });
  // Mocks lift a nested secret to its whole property.
  const secret = {
    [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
    value: ARGS.connection,
  };
  deepEqual(releaseConnection, secret);
  deepEqual(switchConnection, secret);
});

test("What tests make of a SiteRelease without Pulumi is what it registers", async () => {
  const step = (name: string, when: "before" | "after") => ({ name, command: `do ${name}`, when });
  const steps = [
    step("restart", "after"),
    { ...step("backup", "before"), onRestore: "undo it" },
    step("warm", "after"),
  ];
  const args = { ...ARGS, connection: { host: "web1", user: "deploy" }, keepReleases: 3, steps };
  registered.length = 0;
  const site = new SiteRelease("example.com", args);
  await Promise.all(site.steps.map(({ urn }) => new Promise((resolve) => urn.apply(resolve))));
  const inputs = ({ __provider, __urn, ...own }: Record<string, unknown>) => own;
  deepEqual(
    resourcesOf(args).map(({ type, name, args: own }) => [
      `pulumi-nodejs:dynamic/pulumi-site-release:${type}`,
      name,
      own,
    ]),
    registered.slice(1).map(({ type, name, inputs: own }) => [type, name, inputs(own)]),
  );
});

test("Steps are children in their order: before the switch, and after it", async () => {
  const step = (name: string, when: "before" | "after") => ({ name, command: `do ${name}`, when });
  const undoable = { ...step("restart", "after"), onRestore: "undo it" };
  const steps = [undoable, step("backup", "before"), step("migrate", "before"), step("warm", "after")];
  registered.length = 0;
  const site = new SiteRelease("example.com", { ...ARGS, connection: { host: "web1" }, steps });
  await new Promise((resolve) => site.report.apply(resolve));
  const urns = await Promise.all(site.steps.map(({ urn }) => new Promise((resolve) => urn.apply(resolve))));
  const names = ["restart", "backup", "migrate", "warm"];
  deepEqual(
    urns,
    names.map((name) => `${CHILDREN}:Step::example.com-${name}`),
  );

  const children = registered.map(({ type, name, inputs: { __provider, ...inputs } }) => ({ type, name, inputs }));
  const child = (name: string, inputs: object) => ({
    type: "pulumi-nodejs:dynamic/pulumi-site-release:Step",
    name: `example.com-${name}`,
    inputs: {
      connection: { host: "web1" },
      deployPath: "/srv",
      version: "42",
      step: inputs,
      __urn: `${CHILDREN}:Step::example.com-${name}`,
    },
  });
  const types = children.map(({ type, name }) => `${type.replace(/.*:/, "")} ${name}`);
  deepEqual(types, [
    "SiteRelease example.com",
    "Release example.com",
    "Step example.com-backup",
    "Step example.com-migrate",
    "Switch example.com",
    "Step example.com-restart",
    "Step example.com-warm",
  ]);
  deepEqual(
    children.filter(({ type }) => type.endsWith(":Step")),
    [
      child("backup", steps[1] ?? {}),
      child("migrate", steps[2] ?? {}),
      child("restart", steps[0] ?? {}),
      child("warm", steps[3] ?? {}),
    ],
  );
  const [, release, , , traffic] = children;
  deepEqual([release?.inputs.steps, traffic?.inputs.steps], [undefined, undefined]);
  deepEqual(traffic?.inputs.afterSteps, ["restart", "warm"]);
});

test("A step before the switch is the switch's too, and what undoes it as secret as it was", async () => {
  const step = { name: "migrate", command: "up", when: "before" } as const;
  const undo = { ...step, name: "seed", onRestore: "down" };
  const late = { ...undo, name: "warm", when: "after" } as const; // which the step's check refuses
  const beforeSteps = async (...steps: SiteStepArgs[]) => {
    await register({ ...ARGS, steps });
    return registered.find(({ type }) => type.endsWith(":Switch"))?.inputs.beforeSteps;
  };
  deepEqual(await beforeSteps(step, undo, late), [step, undo]);
  deepEqual(await beforeSteps(late), undefined);
  // Mocks lift a nested secret to its whole property; the engine keeps it where it is.
  deepEqual(await beforeSteps({ ...undo, onRestore: pulumi.secret("down --password=x") }), {
    [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
    value: [{ ...undo, onRestore: "down --password=x" }],
  });
});

test("A connection without secrets is shown", async () => {
  const { release } = await register({ ...ARGS, connection: { host: "web1", privateKeyPath: "~/.ssh/id" } });
  deepEqual(release?.inputs.connection, { host: "web1", privateKeyPath: "~/.ssh/id" });
});

test("A connection that is known later is a secret as a whole", async () => {
  const { release } = await register({ ...ARGS, connection: pulumi.output({ host: "web1", password: "s3cret" }) });
  deepEqual(release?.inputs.connection, {
    [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
    value: { host: "web1", password: "s3cret" },
  });
});

test("A name that nobody knows reaches the Release, whose check says so", async () => {
  const args = { ...ARGS, prob: { path: "/up" } };
  const { release, traffic } = await register(args);
  deepEqual(release?.inputs.prob, { path: "/up" });
  equal(traffic?.inputs.prob, undefined);
});

test("customTimeouts become an input of both children", async () => {
  const { release, traffic } = await register(ARGS, { customTimeouts: { create: "5m", update: "90s" } });
  deepEqual(release?.inputs.timeout, { create: "5m", update: "90s" });
  deepEqual(traffic?.inputs.timeout, { create: "5m", update: "90s" });
});

test("The report holds both children's", async () => {
  const { report } = await register(ARGS);
  deepEqual(report, {
    release: { type: "pulumi-nodejs:dynamic/pulumi-site-release:Release" },
    switch: { type: "pulumi-nodejs:dynamic/pulumi-site-release:Switch" },
  });
});

test("Inside another component the URNs carry its type, and nothing waits for itself", async () => {
  const shop = new pulumi.ComponentResource("my:index:Shop", "shop");
  registered.length = 0;
  const site = new SiteRelease("example.com", ARGS, { parent: shop });
  await new Promise((resolve) => site.report.apply(resolve));
  equal(
    registered.find(({ type }) => type.endsWith(":Release"))?.inputs.__urn,
    "urn:pulumi:dev::shop::my:index:Shop$pulumi-site-release:index:SiteRelease$pulumi-nodejs:dynamic/pulumi-site-release:Release::example.com",
  );
});
