import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { SiteRelease } from "../../provider/siteRelease.ts";
import { StepWhen } from "../../provider/stepArgs.ts";
import { DynamicProvider } from "../support/dynamicProvider.ts";
import { ROOT } from "../support/paths.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const URN = "urn:pulumi:dev::shop::pulumi-site-release:index:SiteRelease$t:Switch::example.com";
const NEWS = {
  connection: { host: "web1", user: "deploy", password: "s3cret" },
  deployPath: "/srv/site",
  version: "42",
  __urn: URN,
};

const texts = new Map<string, string>();
const provider = new DynamicProvider();

before(async () => {
  await pulumi.runtime.setMocks({
    newResource({ type, inputs }) {
      texts.set(type.replace(/.*:/, ""), inputs.__provider);
      return { id: "id", state: inputs };
    },
    call: () => ({}),
  });
  const steps = [{ name: "migrate", command: "true", when: StepWhen.Before }];
  const site = new SiteRelease("example.com", { local: true, deployPath: "/srv/site", version: "42", steps });
  await new Promise((resolve) => site.report.apply(resolve));
  await provider.start(ROOT);
});

after(() => provider.stop());

function withText(type: "Release" | "Switch" | "Step", properties: object) {
  return { ...properties, __provider: texts.get(type) ?? "" };
}

// Every stack keeps this text. A new hash is a change to all of them: it must be wanted, and old texts must go on working.
for (const [type, hash] of [
  ["Release", "93cb099b739f56c91c318a06f18c202808f1402d242f679efe6e513451aac6fb"],
  ["Step", "c9e086f2557ac5e42606b4a21d86c5dea2bb47e8f239b0da29d2203713642083"],
  ["Switch", "e56ff4c9a63c21f613a0f7f73a3ad2e56714290afce523097fbdde5d640ac466"],
] as const) {
  test(`The text of ${type} in the state is small, and is the one that was pinned`, () => {
    const text = texts.get(type) ?? "";
    ok(text.length > 0 && text.length < 2500, `${text.length} bytes`);
    match(text, /import\("pulumi-site-release\/lifecycle"\)/);
    equal(createHash("sha256").update(text).digest("hex"), hash);
  });
}

test("The engine gets checked inputs, complete with their defaults", async () => {
  const { inputs, failures } = await provider.check({}, withText("Switch", NEWS));
  deepEqual(failures, []);
  equal(inputs.rootDir, "/srv/site/releases/42/public");
  equal(inputs.serverName, "example.com");
  equal(inputs.__provider, texts.get("Switch"));
});

test("Values that a preview does not know pass through check and diff", async () => {
  const unknown = withText("Switch", { ...NEWS, connection: UNKNOWN, version: UNKNOWN, probe: UNKNOWN });
  const { inputs, failures } = await provider.check({}, unknown);
  deepEqual(failures, []);
  deepEqual(
    [inputs.connection, inputs.version, inputs.probe, inputs.rootDir, inputs.liveVersion, inputs.commitTimeout],
    [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
  );
  const { inputs: olds } = await provider.check({}, withText("Switch", NEWS));
  deepEqual(await provider.diff("id", olds, inputs), { changes: true, replaces: ["connection"] });
  deepEqual(await provider.diff("id", olds, olds), { changes: false, replaces: [] });
});

test("A refused input is named, and no value of the connection is told", async () => {
  const connection = { ...NEWS.connection, passwrd: "s3cret", hostKey: "s3cret" };
  const { failures } = await provider.check({}, withText("Release", { ...NEWS, connection, version: "a/b" }));
  deepEqual(failures, [
    {
      property: "",
      reason: 'connection.hostKey must be a public key as authorized_keys has it, as in "ssh-ed25519 AAAA..."',
    },
    { property: "", reason: '"passwrd" is not a field of connection; did you mean password?' },
    {
      property: "version",
      reason: 'version must be made of letters, digits, ".", "_" or "-", 64 at most, the first a letter or digit',
    },
  ]);
});

test("New credentials are one update without the network", async () => {
  const { inputs } = await provider.check({}, withText("Switch", NEWS));
  const olds = { ...inputs, previousVersion: "41", report: { status: "switched" }, reachable: true };
  const rotated = { ...NEWS, connection: { ...NEWS.connection, host: "web1", password: "n3w" } };
  const { inputs: news } = await provider.check(inputs, withText("Switch", rotated));
  deepEqual(await provider.diff("id", olds, news), { changes: true, replaces: [] });
  deepEqual(await provider.update("id", olds, news), { ...olds, connection: news.connection });
});

test("A step is checked, compared, read and deleted without the network", async () => {
  const step = { name: "migrate", command: "true", when: "before" };
  const { inputs, failures } = await provider.check({}, withText("Step", { ...NEWS, step }));
  deepEqual([failures, inputs.step], [[], { ...step, runOn: "deploy", timeout: 600 }]);
  const olds = { ...inputs, stdout: "migrated\n", report: { status: "ran" } };
  const rewritten = {
    ...NEWS,
    connection: { ...NEWS.connection, password: "n3w" },
    step: { ...step, command: "false" },
  };
  const { inputs: news } = await provider.check(inputs, withText("Step", rewritten));
  deepEqual(await provider.diff("id", olds, news), { changes: true, replaces: [] });
  deepEqual(await provider.update("id", olds, news), { ...olds, connection: news.connection, step: news.step });
  const read = await provider.read("id", olds);
  deepEqual([read.id, read.props.stdout, read.inputs.version], ["id", olds.stdout, "42"]);
  await provider.delete("id", olds);
});

test("A delete without work on the host says on the right resource what stays", async () => {
  const { inputs } = await provider.check({}, withText("Release", NEWS));
  await provider.delete("id", inputs);
  deepEqual(await provider.told(1), [
    {
      severity: "INFO",
      message:
        "/srv/site stays as it is on the host, releases and shared files too: they are removed by hand, if at all",
      urn: URN,
      ephemeral: false,
    },
  ]);
});

test("An error arrives with its message, without a stack and without a secret", async () => {
  const { inputs } = await provider.check({}, withText("Switch", NEWS));
  const broken = { ...inputs, version: { s3cret: "s3cret" }, lockTimeout: "s3cret" };
  await rejects(provider.delete("id", broken), (error: Error) => {
    match(error.message, /version must be made of letters/);
    ok(!error.message.includes("s3cret"));
    return true;
  });
  ok(!provider.output.includes("s3cret"), provider.output);
  ok(!/^ +at /m.test(provider.output), provider.output);
});
