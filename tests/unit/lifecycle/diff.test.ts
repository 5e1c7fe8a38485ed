import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { remembered } from "../../../provider/lifecycle/check.ts";
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
  deepEqual(
    diffSwitch(olds, {
      ...news,
      __urn: "renamed",
      __owner: { id: "other", stack: "dev", resource: "site" },
      __provider: "new",
    }),
    NO_CHANGE,
  );
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

test("A site that another stack took over is an update that needs the host", async () => {
  const lost = { ...(await switched({})), owner: "example.com of stack shop/other since 2026-11-23T10:31:04Z" };
  deepEqual([diffSwitch(lost, await switched({})), switchNeedsHost(lost, await switched({}))], [UPDATE, true]);
});

test("A state that was written before it had an owner is as released", async () => {
  const { owner: _owner, ...first } = await switched({});
  deepEqual(diffSwitch(first, await switched({})), NO_CHANGE);
  equal(switchNeedsHost(first, await switched({ connection: { host: "web1", user: "deploy", password: "x" } })), false);
});

test("A state of 0.1.0 has the defaults of today, and a wish of its own is one", async () => {
  const { opcache: _opcache, nginx: _nginx, ...rest } = await switched({});
  const first = (policy: string) => ({
    ...rest,
    opcache: { policy, via: "fastcgi" },
    nginx: { pidFile: "/run/nginx.pid", confDir: "/etc/nginx" },
  });
  const at = async (policy: string, wished: string | undefined) =>
    diffSwitch(first(policy), await switched({ opcache: wished === undefined ? {} : { policy: wished } }));
  deepEqual(await at("invalidate", undefined), NO_CHANGE);
  deepEqual(await at("invalidate", "invalidate"), NO_CHANGE);
  deepEqual(await at("invalidate", "reset"), UPDATE);
  deepEqual(await at("none", undefined), UPDATE);
  deepEqual(diffSwitch(await switched({ opcache: { policy: "invalidate" } }), await switched({})), UPDATE);
});

test("An update that asks no host leaves whose the site is as it was written there", () => {
  const news = { version: "42", __owner: { id: "renamed" } };
  deepEqual(remembered({ version: "41", __owner: { id: "first" } }, news), { version: "42", __owner: { id: "first" } });
  deepEqual(remembered({ version: "41" }, news), news);
});

test("How opcache is handled is for later switches: no reason to ask the host, nor is what an earlier version of the package knew of it", async () => {
  const earlier = { ...(await switched({})), opcache: { policy: "invalidate", via: "fastcgi" } };
  const news = await switched({ opcache: { warm: ["src/**/*.php"] } });
  deepEqual([diffSwitch(earlier, news), switchNeedsHost(earlier, news)], [UPDATE, false]);
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
  const steps = await switched({ beforeSteps: [{ name: "a", command: "b", when: "before", onRestore: "c" }] });
  deepEqual([diffSwitch(await switched({}), steps), switchNeedsHost(await switched({}), steps)], [UPDATE, false]);
  const release = { fileMode: "0640", sharedDirs: ["storage"], keepReleases: 2, prepare: ["true"], prepareTimeout: 5 };
  const later = await released(release);
  deepEqual([diffRelease(await released({}), later), releaseNeedsHost(await released({}), later)], [UPDATE, false]);
});

test("An update that the engine forces without a change asks the host", async () => {
  equal(switchNeedsHost(await switched({}), await switched({})), true);
  equal(releaseNeedsHost(await released({}), await released({})), true);
});
