import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { DynamicProvider } from "../../support/dynamicProvider.ts";
import { ROOT } from "../../support/paths.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHHtTl1eXOkVoVwH6wBSs4YhmXKjKaI9Sx4rfVZ2ZVpD";
const URN = "urn:pulumi:dev::shop::pulumi-site-release:index:SiteRelease$t:Switch::example.com";
const provider = new DynamicProvider();
let port = 0;

before(async () => {
  // A port that was free a moment ago: nothing listens there.
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  await provider.start(ROOT);
});

after(() => provider.stop());

/** A state whose host is gone. */
async function state(verbs: "release" | "switch", news: object = {}) {
  const connection = { host: "127.0.0.1", port, password: "s3cret", hostKey: KEY, dialErrorLimit: 1 };
  const methods = ["check", "read", "update", "delete"].map(
    (verb) => `${verb}: async (...given) => (await import("pulumi-site-release/lifecycle")).${verbs}.${verb}(...given)`,
  );
  const text = `exports.handler = () => ({ ${methods.join(", ")} });`;
  const given = { connection, deployPath: "/srv", version: "42", __urn: URN, __provider: text, ...news };
  const { inputs, failures } = await provider.check({}, given);
  deepEqual(failures, []);
  return { ...inputs, report: { status: "switched" }, reachable: true };
}

test("A refresh keeps what it cannot see, and warns once for a host", async () => {
  const [release, traffic] = [await state("release"), await state("switch")];
  const seen = await provider.read("id", release);
  deepEqual(seen.props, { ...release, reachable: false });
  const { report: _report, reachable: _reachable, ...inputs } = release;
  deepEqual(seen.inputs, inputs);
  deepEqual((await provider.read("id", traffic)).props, { ...traffic, reachable: false });

  const warnings = (await provider.told(1)).filter(({ severity }) => severity === "WARNING");
  deepEqual(
    warnings.map(({ urn, ephemeral }) => ({ urn, ephemeral })),
    [{ urn: URN, ephemeral: false }],
  );
  match(warnings[0]?.message ?? "", /\. The state is kept as it was$/);
});

test("A delete on a host that is gone fails and says how to forget it", async () => {
  await rejects(provider.delete("id", await state("switch")), (error: Error) => {
    match(error.message, /If the host is gone, set onUnreachable: "forget" and run `pulumi up` first/);
    ok(!error.message.includes("s3cret"));
    return true;
  });
});

test("A delete on a host that is gone forgets where onUnreachable says so", async () => {
  await provider.delete("id", await state("switch", { onUnreachable: "forget" }));
  const last = (await provider.told(2)).at(-1);
  equal(last?.severity, "WARNING");
  match(last?.message ?? "", /Forgotten, as onUnreachable says; nothing was changed on the host$/);
});

test("An update on a host that is gone fails with the host's name, and without a stack", async () => {
  await rejects(
    provider.update("id", await state("switch"), await state("switch", { version: "43" })),
    (error: Error) => {
      match(error.message, /127\.0\.0\.1/);
      return true;
    },
  );
  ok(!/^ +at /m.test(provider.output), provider.output);
});
