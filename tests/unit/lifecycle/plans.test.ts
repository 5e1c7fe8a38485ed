import { deepEqual } from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hostOf } from "../../../provider/lifecycle/localPath.ts";
import { releasePlan, switchPlan } from "../../../provider/lifecycle/plans.ts";
import { checkRelease } from "../../../provider/lifecycle/releaseCheck.ts";
import { releaseShape, switchShape } from "../../../provider/lifecycle/shapes.ts";
import { inputsOf } from "../../../provider/lifecycle/state.ts";
import { checkSwitch } from "../../../provider/lifecycle/switchCheck.ts";

const PROBE_BY_URL = ["count", "expectStatus", "headers", "interval", "method", "timeout", "url"];
const NEWS = { local: true, deployPath: "/srv", version: "42", __urn: "urn:pulumi:dev::shop::t::example.com" };

test("A release's plan has its local path absolute, and a digest only where there is one", async () => {
  const { inputs } = await checkRelease(
    {},
    { ...NEWS, source: "~/no such build", exclude: ["/tests"], sharedFiles: [".env"] },
  );
  const plan = releasePlan(inputsOf(releaseShape, inputs), inputs.sourceDigest, ["a", "b"]);
  deepEqual(plan, {
    deployPath: "/srv",
    version: "42",
    publicDir: "public",
    source: join(homedir(), "no such build"),
    exclude: ["/tests"],
    sharedDirs: [],
    sharedFiles: [".env"],
    writableDirs: [],
    writableMode: "acl",
    dirMode: "0755",
    fileMode: "0644",
    retention: { keepReleases: 5, includePath: "/srv/root_dir.nginx.conf", ownerIds: ["a", "b"] },
    dedupe: "hardlink",
    prepare: [],
    prepareTimeout: 600,
  });
  deepEqual(releasePlan(inputsOf(releaseShape, inputs), "aaa", ["a", "b"]), { ...plan, sourceDigest: "aaa" });
});

test("A switch's plan is the checked inputs, sorted by what they are for", async () => {
  const { inputs } = await checkSwitch({ ...NEWS, nginx: { reload: "nginx -s reload" } });
  const { smoke, probe, opcache } = inputs;
  deepEqual(switchPlan(inputsOf(switchShape, inputs)), {
    site: {
      serverName: "example.com",
      deployPath: "/srv",
      publicDir: "public",
      includePath: "/srv/root_dir.nginx.conf",
    },
    version: "42",
    strategy: "include",
    pools: [],
    smoke,
    probe: { ...(probe as object), headers: {}, expectHeaders: {} },
    opcache,
    nginx: { reload: "nginx -s reload", timeout: 60, pidFile: "/run/nginx.pid", confDir: "/etc/nginx" },
    lockTimeout: 300,
    commitTimeout: 60,
    reloadTimeout: 10,
    drainTimeout: 10,
    allowPendingEdits: false,
    afterSteps: [],
    beforeSteps: [],
  });
});

test("A switch's plan has what a probe's URL says, which the state has in the URL alone", async () => {
  const probes = ["https://www.example.com/up?full=1", "http://[::1]:8080"].map(async (url) => {
    const { inputs, failures } = await checkSwitch({ ...NEWS, probe: { url, headers: { Authorization: "Bearer x" } } });
    deepEqual(failures, []);
    deepEqual(Object.keys(inputs.probe as object).sort(), PROBE_BY_URL);
    const { path, scheme, address, port, host, expectStatus } = switchPlan(inputsOf(switchShape, inputs)).probe;
    return [path, scheme, address, port, host, expectStatus];
  });
  deepEqual(await Promise.all(probes), [
    ["/up?full=1", "https", "www.example.com", 443, "www.example.com", [200]],
    ["/", "http", "::1", 8080, "[::1]:8080", []],
  ]);
});

test("A switch that an earlier version of the package checked keeps its policy, and has a plan", async () => {
  const { inputs } = await checkSwitch(NEWS);
  const earlier = { ...inputs, opcache: { policy: "invalidate", via: "http", url: "http://127.0.0.1:9180/opcache" } };
  deepEqual(switchPlan(inputsOf(switchShape, earlier)).opcache, {
    policy: "invalidate",
    via: "http",
    url: "http://127.0.0.1:9180/opcache",
    headers: {},
    cachetool: "cachetool",
    warm: [],
    warmUrls: [],
    warmTimeout: 60,
    whenFull: "reset",
  });
});

test("A switch's plan has the steps before it, with where they run", async () => {
  const step = { name: "migrate", command: "up", when: "before" } as const;
  const beforeSteps = [
    { ...step, onRestore: "down", timeout: 5 },
    { ...step, name: "seed" },
  ];
  const { inputs } = await checkSwitch({ ...NEWS, beforeSteps });
  deepEqual(switchPlan(inputsOf(switchShape, inputs)).beforeSteps, [
    { ...step, deployPath: "/srv", version: "42", runOn: "deploy", timeout: 5, onRestore: "down" },
    { ...step, name: "seed", deployPath: "/srv", version: "42", runOn: "deploy", timeout: 600 },
  ]);
});

test("A host is this machine, or a connection with its local paths absolute", () => {
  deepEqual(hostOf(inputsOf(releaseShape, NEWS)), { local: true });
  const login = { host: "web1", port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 };
  const connection = { host: "web1", privateKeyPath: "~/.ssh/id", proxy: { host: "jump", agentSocketPath: "agent" } };
  deepEqual(hostOf(inputsOf(releaseShape, { ...NEWS, connection })), {
    ...login,
    privateKeyPath: join(homedir(), ".ssh/id"),
    proxy: { ...login, host: "jump", agentSocketPath: join(process.cwd(), "agent") },
  });
});
