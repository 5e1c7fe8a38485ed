import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { diffRelease, diffSwitch, releaseNeedsHost, switchNeedsHost } from "../../../provider/lifecycle/diff.ts";
import { checkRelease } from "../../../provider/lifecycle/releaseCheck.ts";
import { checkSwitch } from "../../../provider/lifecycle/switchCheck.ts";

const ONE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHHtTl1eXOkVoVwH6wBSs4YhmXKjKaI9Sx4rfVZ2ZVpD";
const TWO = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBtTl1eXOkVoVwH6wBSs4YhmXKjKaI9Sx4rfVZ2ZVpD";
const URN = "urn:pulumi:dev::shop::pulumi-site-release:index:SiteRelease$t:Switch::example.com";
const NEWS = { connection: { host: "web1", user: "deploy" }, deployPath: "/srv/site", version: "42", __urn: URN };

async function released(news: object) {
  return (await checkRelease({}, { ...NEWS, ...news })).inputs;
}

async function switched(news: object) {
  return (await checkSwitch({ ...NEWS, ...news })).inputs;
}

/** What a change of the connection comes to: replaces, and whether the host is asked. */
async function moved(before: object, after: object): Promise<[string[], boolean]> {
  const olds = await switched({ connection: before });
  const news = await switched({ connection: after });
  return [diffSwitch(olds, news).replaces, switchNeedsHost(olds, news)];
}

const NO_CHANGE = { changes: false, replaces: [] };
const UPDATE = { changes: true, replaces: [] };

test("Nothing changes by the order of names, by outputs, or by what is hidden", async () => {
  const olds = { ...(await switched({})), report: { status: "switched" }, previousVersion: "41" };
  const news = Object.fromEntries(Object.entries(await switched({})).reverse());
  deepEqual(diffSwitch(olds, { ...news, __urn: "renamed", __owner: { id: "other" }, __provider: "new" }), NO_CHANGE);
});

test("A new version is an update in place that needs the host", async () => {
  deepEqual(diffRelease(await released({}), await released({ version: "43" })), UPDATE);
  equal(releaseNeedsHost(await released({}), await released({ version: "43" })), true);
  equal(switchNeedsHost(await switched({}), await switched({ version: "43" })), true);
});

test("Where a version comes from is no change by itself", async () => {
  const olds = { ...(await released({ source: "./builds/42" })), sourceDigest: "aaa" };
  deepEqual(diffRelease(olds, await released({})), NO_CHANGE);
  deepEqual(diffRelease(await released({}), olds), NO_CHANGE);
});

test("Drift that a refresh wrote into the state is an update that needs the host", async () => {
  const lost = { ...(await released({})), releaseState: "missing" };
  deepEqual([diffRelease(lost, await released({})), releaseNeedsHost(lost, await released({}))], [UPDATE, true]);
  const edited = { ...(await switched({})), include: "edited by hand" };
  deepEqual([diffSwitch(edited, await switched({})), switchNeedsHost(edited, await switched({}))], [UPDATE, true]);
});

test("An input that is left out again is a change", async () => {
  deepEqual(diffSwitch(await switched({ nginx: { test: "nginx -t" } }), await switched({})), UPDATE);
});

test("Another directory or machine is another site", async () => {
  deepEqual(diffRelease(await released({}), await released({ deployPath: "/srv/b" })).replaces, ["deployPath"]);
  deepEqual(diffRelease(await released({}), await released({ connection: undefined, local: true })).replaces, [
    "local",
  ]);
  deepEqual(await moved({ host: "web1" }, { host: "web2" }), [["connection"], true]);
  deepEqual(await moved({ host: "web1" }, { host: "web1", port: 2222 }), [["connection"], true]);
  deepEqual(await moved({ host: "web1" }, { host: "web1", proxy: { host: "jump" } }), [["connection"], true]);
});

test("One machine under another address is the same site, and is asked", async () => {
  deepEqual(await moved({ host: "web1", hostKey: ONE }, { host: "10.0.0.1", hostKey: `${ONE} root@web1` }), [[], true]);
  deepEqual(await moved({ host: "web1", hostKey: ONE }, { host: "10.0.0.1", hostKey: TWO }), [["connection"], true]);
  deepEqual(await moved({ host: "web1", hostKey: ONE }, { host: "10.0.0.1" }), [["connection"], true]);
});

test("Credentials and the host's key are remembered without asking the host", async () => {
  deepEqual(await moved({ host: "web1" }, { host: "web1", hostKey: ONE }), [[], false]);
  deepEqual(await moved({ host: "web1", hostKey: ONE }, { host: "web1" }), [[], false]);
  deepEqual(await moved({ host: "web1", password: "a" }, { host: "web1", password: "b" }), [[], false]);
});

test("The package's own options are remembered without asking the host", async () => {
  const news = await switched({ takeOver: true, lockTimeout: 5, onUnreachable: "forget" });
  deepEqual([diffSwitch(await switched({}), news), switchNeedsHost(await switched({}), news)], [UPDATE, false]);
  const release = { fileMode: "0640", sharedDirs: ["storage"], keepReleases: 2, prepare: ["true"], prepareTimeout: 5 };
  const later = await released(release);
  deepEqual([diffRelease(await released({}), later), releaseNeedsHost(await released({}), later)], [UPDATE, false]);
});

test("An update that the engine forces without a change asks the host", async () => {
  equal(switchNeedsHost(await switched({}), await switched({})), true);
  equal(releaseNeedsHost(await released({}), await released({})), true);
});
